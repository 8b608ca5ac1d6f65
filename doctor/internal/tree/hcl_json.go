package tree

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// JSON is what a text says, or the node itself if it is no text: jsonencode, whose text
// nobody needs, leaves what it is given.
func (n Node) JSON() (Node, error) {
	y := follow(n.y)
	if y == nil || y.Kind != yaml.ScalarNode {
		return n, nil
	}
	w := &written{}
	if n.far != nil && n.far.text[y] != nil {
		w = n.far.text[y]
	} else if !isOpen(y) {
		w.literal(y.Value, n.Text().Pos.Line)
	}
	if w.marked.Len() == 0 {
		return n, nil
	}
	doc, err := JSON(n.pos(y).File, w.json())
	if err != nil {
		if s, ok := err.(*SyntaxError); ok {
			s.Line = w.line(s.Line)
		}
		return n, err
	}
	f := n.far
	if f == nil {
		f = NewForest()
	}
	return f.settle(doc, w, n), nil
}

func (w *written) line(i int) int {
	if i < 1 || i > len(w.lines) {
		return 0
	}
	return w.lines[i-1]
}

// settle gives what was read out of a text its places in the text's file, and its values.
func (f *Forest) settle(doc Node, w *written, from Node) Node {
	file := from.pos(from.y).File
	seen := map[*yaml.Node]bool{}
	var visit func(*yaml.Node) *yaml.Node
	visit = func(y *yaml.Node) *yaml.Node {
		if seen[y] {
			return y
		}
		seen[y] = true
		f.file[y] = file
		y.Line = w.line(y.Line)
		if y.Kind == yaml.ScalarNode && strings.ContainsRune(y.Value, markBegin) {
			return f.unmark(y, w)
		}
		for i, c := range y.Content {
			y.Content[i] = visit(c)
		}
		return y
	}
	root := visit(doc.y)
	return Node{y: root, far: f, key: from.key}
}

// unmark puts the values in for their marks.
func (f *Forest) unmark(y *yaml.Node, w *written) *yaml.Node {
	whole := strings.TrimSuffix(strings.TrimPrefix(y.Value, string(markBegin)), string(markEnd))
	if i, err := strconv.Atoi(whole); err == nil && i < len(w.values) && len(whole)+len(string(markBegin))*2 == len(y.Value) {
		v := w.values[i]
		if !isOpen(v) {
			return v
		}
		here := *v
		here.Line = y.Line
		f.file[&here] = f.file[y]
		return &here
	}
	if f.full() {
		y.Value, y.Tag = "…", OpenTag
		return y
	}
	y.Value = eachMark(y.Value, func(i int) string {
		if i >= len(w.values) {
			return ""
		}
		if isOpen(w.values[i]) || w.values[i].Kind != yaml.ScalarNode {
			y.Tag = OpenTag
		}
		return shown(w.values[i])
	})
	f.made += len(y.Value) / 20
	return y
}
