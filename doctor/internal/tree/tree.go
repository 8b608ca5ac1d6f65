// Package tree reads YAML, JSON and the like into one kind of tree whose nodes know their
// lines. Nothing is expanded: an alias is followed when somebody asks for what is behind it.
package tree

import (
	"iter"
	"strconv"
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

// New is a tree that another format's reader has made.
func New(file string, y *yaml.Node) Node { return Node{y: y, file: file} }

// at is a node of the same document.
func (n Node) at(y, key *yaml.Node) Node { return Node{y: y, file: n.file, key: key, far: n.far} }

// pos is where a node of the document stands.
func (n Node) pos(y *yaml.Node) deploy.Pos {
	p := deploy.Pos{File: n.file, Line: y.Line}
	if n.far != nil {
		if file, ok := n.far.file[y]; ok {
			p.File = file
		}
	}
	return p
}

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

// IsNull says whether it is there and empty.
func (n Node) IsNull() bool {
	y := follow(n.y)
	return y != nil && y.Kind == yaml.ScalarNode && (y.Tag == "!!null" || y.Tag == "" && y.Value == "")
}

// Tag is what the document says of its kind: "!Ref", "!!str".
func (n Node) Tag() string {
	if y := follow(n.y); y != nil {
		return y.Tag
	}
	return ""
}

// Pos is where it stands: where an alias is used, not where it was defined.
func (n Node) Pos() deploy.Pos {
	if n.y == nil {
		return deploy.Pos{}
	}
	return n.pos(n.y)
}

// KeyPos is where its key stands, or itself if it has none.
func (n Node) KeyPos() deploy.Pos {
	if n.key == nil {
		return n.Pos()
	}
	return n.pos(n.key)
}

// Column is the column of its key, from 1: where a neighbour of it has to begin.
func (n Node) Column() int {
	switch {
	case n.key != nil:
		return n.key.Column
	case n.y != nil:
		return n.y.Column
	}
	return 0
}

// Flow says whether it is written in JSON's way, between brackets.
func (n Node) Flow() bool { y := follow(n.y); return y != nil && y.Style&yaml.FlowStyle != 0 }

// Last is the last line that belongs to it, as far as nodes tell.
func (n Node) Last() int {
	last := 0
	for y := range walk(n.y, 0) {
		last = max(last, y.Line+strings.Count(strings.TrimRight(y.Value, "\n"), "\n"))
	}
	return last
}

func walk(y *yaml.Node, depth int) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		if y == nil || depth > 1000 || !yield(y) {
			return
		}
		for _, c := range y.Content { // not behind aliases
			for below := range walk(c, depth+1) {
				if !yield(below) {
					return
				}
			}
		}
	}
}

// Text is a scalar's value; the zero Text if it is none.
func (n Node) Text() deploy.Text {
	y := follow(n.y)
	if y == nil || y.Kind != yaml.ScalarNode {
		return deploy.Text{}
	}
	t := deploy.Text{Value: y.Value, Pos: n.Pos(), Open: y.Tag == OpenTag}
	if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && y == n.y {
		t.Pos.Line++ // its text begins below the key
	}
	if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && strings.Contains(y.Value, "\n") {
		t.Pos.Last = t.Pos.Line // line ends within it are none of the file
	}
	return t
}

// Int is a number, also one that stands between quotes.
func (n Node) Int() (int64, bool) {
	v, err := strconv.ParseInt(strings.TrimSpace(n.Text().Value), 10, 64)
	return v, err == nil
}

// Bool is true or false, also between quotes.
func (n Node) Bool() (value, ok bool) {
	switch strings.ToLower(n.Text().Value) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// Texts are the scalars of a list.
func (n Node) Texts() []deploy.Text {
	var all []deploy.Text
	for _, item := range n.Items() {
		all = append(all, item.Text())
	}
	return all
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
