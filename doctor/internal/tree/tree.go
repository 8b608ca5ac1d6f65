// Package tree reads YAML, JSON and the like into one kind of tree whose nodes know their
// lines. Nothing is expanded: an alias is followed when somebody asks for what is behind it.
package tree

import (
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Node is a place in a document. The zero Node is one that is not there; all that is asked
// of it is not there either.
type Node struct {
	y    *yaml.Node
	file string
	key  *yaml.Node // what it is the value of
	far  *Forest    // nil: all of the document stands in file
}

// OpenTag marks a node whose value is known only when the file is rendered or deployed.
const OpenTag = "!open"

// deepest is how far aliases and merged keys are followed: a document that refers to itself
// ends there.
const deepest = 32

// at is a node of the same document.
func (n Node) at(y, key *yaml.Node) Node { return Node{y: y, file: n.file, key: key, far: n.far} }

// Exists says whether the node is there, if only as null.
func (n Node) Exists() bool { return n.y != nil }

// follow is what an alias stands for.
func follow(y *yaml.Node) *yaml.Node {
	for range deepest {
		if y == nil || y.Kind != yaml.AliasNode {
			return y
		}
		y = y.Alias
	}
	return nil
}

// Get goes down by keys. A key's first letter may be of either case: CloudFormation writes
// StopTimeout where a task definition has stopTimeout.
func (n Node) Get(keys ...string) Node {
	for _, key := range keys {
		n = n.get(key)
	}
	return n
}

func (n Node) get(key string) Node {
	for _, y := range n.sources() {
		for i := len(y.Content) - 2; i >= 0; i -= 2 { // of doubled keys the last one counts
			if k := y.Content[i]; k.Tag != "!!merge" && same(k.Value, key) {
				return n.at(y.Content[i+1], k)
			}
		}
	}
	return Node{}
}

// sources are the mapping itself and those that are merged into it (<<), each once, the
// ones that win first.
func (n Node) sources() (all []*yaml.Node) {
	seen := map[*yaml.Node]bool{}
	var add func(*yaml.Node)
	add = func(y *yaml.Node) {
		y = follow(y)
		if y == nil || seen[y] {
			return
		}
		seen[y] = true
		if y.Kind == yaml.SequenceNode {
			for _, item := range y.Content {
				add(item)
			}
		}
		if y.Kind != yaml.MappingNode {
			return
		}
		all = append(all, y)
		for i := 0; i+1 < len(y.Content); i += 2 {
			if y.Content[i].Tag == "!!merge" {
				add(y.Content[i+1])
			}
		}
	}
	if y := follow(n.y); y != nil && y.Kind == yaml.MappingNode {
		add(y)
	}
	return all
}

func same(a, b string) bool {
	return a == b || len(a) == len(b) && a != "" && a[1:] == b[1:] && strings.EqualFold(a[:1], b[:1])
}

// Items are the elements of a list.
func (n Node) Items() []Node {
	y := follow(n.y)
	if y == nil || y.Kind != yaml.SequenceNode {
		return nil
	}
	var all []Node
	for _, item := range y.Content {
		all = append(all, n.at(item, nil))
	}
	return all
}

// Pairs are the keys of a mapping and their values, merged ones last, each key once.
func (n Node) Pairs() iter.Seq2[deploy.Text, Node] {
	return func(yield func(deploy.Text, Node) bool) {
		seen := map[string]bool{}
		for _, y := range n.sources() {
			for i := 0; i+1 < len(y.Content); i += 2 {
				k := y.Content[i]
				if k.Tag == "!!merge" || seen[k.Value] {
					continue
				}
				seen[k.Value] = true
				if !yield(n.at(k, nil).Text(), n.get(k.Value)) {
					return
				}
			}
		}
	}
}

// IsMap says whether the node is a mapping.
func (n Node) IsMap() bool { y := follow(n.y); return y != nil && y.Kind == yaml.MappingNode }

// IsList says whether it is a list.
func (n Node) IsList() bool { y := follow(n.y); return y != nil && y.Kind == yaml.SequenceNode }

// Tag is what the document says of its kind: "!Ref", "!!str".
func (n Node) Tag() string {
	if y := follow(n.y); y != nil {
		return y.Tag
	}
	return ""
}

// Keyed is a node as the value of another one's key.
func (n Node) Keyed(like Node) Node { n.key = like.key; return n }

// Values are the values of a mapping.
func (n Node) Values() (all []Node) {
	for _, value := range n.Pairs() {
		all = append(all, value)
	}
	return all
}

// Keys are a mapping's keys as they are written.
func (n Node) Keys() (all []string) {
	for key := range n.Pairs() {
		all = append(all, key.Value)
	}
	return all
}
