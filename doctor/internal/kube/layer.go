package kube

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A layer answers for the fields that a patch sets; an object is one too.
type layer interface {
	Get(path ...string) tree.Node
}

// operations are a patch in the form of RFC 6902.
type operations []operation

type operation struct {
	path  []string
	value tree.Node
	none  tree.Node // says that there is nothing below the path but what value has; not there: it is added to what is
}

func operationsOf(list tree.Node) (all operations) {
	for _, n := range list.Items() {
		op := operation{path: strings.Split(strings.Trim(n.Get("path").Text().Value, "/"), "/"), value: n.Get("value")}
		for i, key := range op.path {
			op.path[i] = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
		}
		kind := n.Get("op")
		switch none := kind.Replaced("", "!!null"); kind.Text().Value {
		case "replace":
			op.none = none
		case "remove":
			op.value, op.none = none, none
		case "add":
			if strings.Trim(op.path[len(op.path)-1], "0123456789-") != "" {
				op.none = none
			}
		default:
			continue
		}
		all = append(all, op)
	}
	return all
}

// Get is what the last of the operations sets that is about a field or what it is in; null: it
// has taken it away.
func (o operations) Get(path ...string) tree.Node {
	for _, op := range slices.Backward(o) {
		if len(op.path) <= len(path) && slices.Equal(op.path, path[:len(op.path)]) {
			if n := op.value.Get(path[len(op.path):]...); n.Exists() {
				return n
			}
			return op.none
		}
	}
	return tree.Node{}
}

// below is a part of a layer.
type below struct {
	of   layer
	path []string
}

func (b below) Get(path ...string) tree.Node { return b.of.Get(slices.Concat(b.path, path)...) }
