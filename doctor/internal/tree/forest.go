package tree

import "go.yaml.in/yaml/v3"

// A Forest keeps what trees share whose nodes stand in several files: a value of Terraform
// stands where it was set, not where it is used.
type Forest struct {
	file map[*yaml.Node]string
	text map[*yaml.Node]*written
	lost map[*yaml.Node]bool // open, because what they name is not there
	made int
}

// NewForest is one without trees.
func NewForest() *Forest {
	return &Forest{file: map[*yaml.Node]string{}, text: map[*yaml.Node]*written{}, lost: map[*yaml.Node]bool{}}
}

// largest is how many nodes a forest has at most: lists that double each other end there.
const largest = 500_000

// Adopt makes a tree a part of the forest.
func (f *Forest) Adopt(n Node) Node {
	if n.far == nil {
		for y := range walk(n.y, 0) {
			f.file[y] = n.file
		}
	}
	return f.node(n.y)
}

// Open is a value that is not known, and says why.
func (f *Forest) Open(text, file string, line int) Node {
	y := f.scalar(text, OpenTag, file, line)
	y.Anchor = toldAnchor
	return f.node(y)
}

// toldAnchor marks an open value whose text says more than what names it.
const toldAnchor = "told"

// String is a text that stands at a place.
func (f *Forest) String(text, file string, line int) Node {
	return f.node(f.scalar(text, "!!str", file, line))
}

func (f *Forest) node(y *yaml.Node) Node { return Node{y: y, far: f} }

func (f *Forest) scalar(value, tag, file string, line int) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Value: value, Tag: tag, Line: line}
	f.file[y] = file
	f.made++
	return y
}

func (f *Forest) collection(kind yaml.Kind, file string, line, column int) *yaml.Node {
	y := &yaml.Node{Kind: kind, Tag: "!!map", Line: line, Column: column}
	if kind == yaml.SequenceNode {
		y.Tag = "!!seq"
	}
	f.file[y] = file
	f.made++
	return y
}

// full says whether no more may be made.
func (f *Forest) full() bool { return f.made > largest }

// List is a list of nodes of the forest.
func (f *Forest) List(items ...Node) Node {
	y := f.collection(yaml.SequenceNode, "", 0, 0)
	for _, n := range items {
		if n.y == nil {
			continue
		}
		y.Content = append(y.Content, n.y)
		y.Line, y.Column, f.file[y] = n.y.Line, n.y.Column, f.file[n.y]
	}
	return f.node(y)
}

// renamedAnchor marks a mapping whose keys the file calls otherwise.
const renamedAnchor = "renamed"

// Renamed says whether the file calls a mapping's keys otherwise.
func (n Node) Renamed() bool { y := follow(n.y); return y != nil && y.Anchor == renamedAnchor }

// Renamed is a mapping of the forest with its keys under other names; keys that get none are
// left out.
func (f *Forest) Renamed(n Node, names map[string]string) Node {
	from := follow(n.y)
	if from == nil || from.Kind != yaml.MappingNode {
		return n
	}
	y := f.collection(yaml.MappingNode, f.file[from], from.Line, from.Column)
	y.Anchor = renamedAnchor
	for i := 0; i+1 < len(from.Content); i += 2 {
		name, ok := names[from.Content[i].Value]
		if !ok {
			continue
		}
		key := *from.Content[i]
		key.Value = name
		f.file[&key] = f.file[from.Content[i]]
		y.Content = append(y.Content, &key, from.Content[i+1])
	}
	return f.node(y)
}
