package tree

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An Operation changes one place of a document, as RFC 6902 has it.
type Operation struct {
	Kind  string   // add, replace, remove, copy, move
	Path  []string // keys and numbers; "-": behind the last item
	From  []string // of copy and move
	Value Node
}

// Operations are those of a list.
func Operations(list Node) (all []Operation) {
	for _, n := range list.Items() {
		all = append(all, Operation{Kind: n.Get("op").Text().Value, Path: pointer(n.Get("path")), From: pointer(n.Get("from")), Value: n.Get("value")})
	}
	return all
}

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// pointer are the steps of a path: /spec/template~1x.
func pointer(n Node) []string {
	parts := strings.Split(strings.Trim(n.Text().Value, "/"), "/")
	for i, p := range parts {
		parts[i] = unescaped.Replace(p)
	}
	return parts
}

// Changed is a document after an operation. What it cannot be done to is left as it is: there
// the tool that does it ends with an error.
func (f *Forest) Changed(n Node, o Operation) Node {
	w := writer{f, o.Kind, n.file}
	at := o.Value
	if o.Kind == "copy" || o.Kind == "move" {
		at, w.kind = n.down(o.From), "add"
	}
	if o.Kind != "remove" && !at.Exists() {
		return n
	}
	y := follow(n.y)
	if o.Kind == "move" {
		y = writer{f, "remove", n.file}.into(y, o.From, entry{})
	}
	return f.on(n, w.into(y, o.Path, entry{at.key, at.y}))
}

// down goes down by keys and numbers.
func (n Node) down(path []string) Node {
	for _, key := range path {
		if items := n.Items(); items != nil {
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(items) {
				return Node{}
			}
			n = items[i]
			continue
		}
		e := index(follow(n.y))[key]
		n = n.at(e.value, e.key)
	}
	return n
}

// A writer does one kind of operation.
type writer struct {
	*Forest
	kind string
	main string // the file of what is changed
}

// into is a collection with the change somewhere in it.
func (w writer) into(y *yaml.Node, path []string, e entry) *yaml.Node {
	if y == nil || len(path) == 0 || len(path) > deepest || w.full() {
		return y
	}
	switch y.Kind {
	case yaml.MappingNode:
		return w.field(y, path, e)
	case yaml.SequenceNode:
		return w.item(y, path, e)
	}
	return y
}

func (w writer) field(y *yaml.Node, path []string, e entry) *yaml.Node {
	made := merger{w.Forest, nil, w.main}.like(y, y)
	found := false
	for _, have := range entries(y) {
		switch {
		case have.key.Value != path[0]:
			made.Content = append(made.Content, have.key, have.value)
			continue
		case len(path) > 1:
			made.Content = append(made.Content, have.key, w.into(follow(have.value), path[1:], e))
		case w.kind != "remove":
			made.Content = append(made.Content, w.named(path[0], e), e.value)
		}
		found = true
	}
	if !found && len(path) == 1 && w.kind != "remove" {
		made.Content = append(made.Content, w.named(path[0], e), e.value)
	}
	return made
}

// named is a key in the line of what the operation calls it, value. It has no column: nothing
// that is written beside it or taken out there would be the field.
func (w writer) named(name string, e entry) *yaml.Node {
	from := e.key
	if from == nil {
		from = e.value
	}
	file, far := w.file[from]
	if !far {
		file = w.main
	}
	return w.scalar(name, "!!str", file, from.Line)
}

func (w writer) item(y *yaml.Node, path []string, e entry) *yaml.Node {
	i, err := strconv.Atoi(path[0])
	most := len(y.Content) - 1
	if len(path) == 1 && w.kind == "add" {
		most++
	}
	if path[0] == "-" && len(path) == 1 && w.kind == "add" {
		i, err = most, nil
	}
	if err != nil || i < 0 || i > most {
		return y
	}
	made := merger{w.Forest, nil, w.main}.like(y, y)
	made.Content = slices.Clone(y.Content)
	switch {
	case len(path) > 1:
		made.Content[i] = w.into(follow(y.Content[i]), path[1:], e)
	case w.kind == "add":
		made.Content = slices.Insert(made.Content, i, e.value)
	case w.kind == "remove":
		made.Content = slices.Delete(made.Content, i, i+1)
	default:
		made.Content[i] = e.value
	}
	return made
}
