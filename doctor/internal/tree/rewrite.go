package tree

import "go.yaml.in/yaml/v3"

// Rewritten is a copy of a tree in which by replaces nodes; what it leaves is copied. Shared
// nodes stay shared, so that aliases cost nothing. again does the same below.
func (n Node) Rewritten(by func(n Node, again func(Node) Node) (Node, bool)) Node {
	done := map[*yaml.Node]*yaml.Node{}
	var again func(Node) Node
	again = func(n Node) Node {
		if n.y == nil {
			return n
		}
		if y, ok := done[n.y]; ok {
			return n.at(y, n.key)
		}
		here := *n.y
		done[n.y] = &here // what refers to itself ends here
		if r, ok := by(n, again); ok && r.y != nil {
			done[n.y] = r.y
			return n.at(r.y, n.key)
		}
		if here.Alias != nil {
			here.Alias = again(n.at(here.Alias, nil)).y
		}
		here.Content = make([]*yaml.Node, len(n.y.Content))
		for i, c := range n.y.Content {
			here.Content[i] = again(n.at(c, nil)).y
		}
		return n.at(&here, n.key)
	}
	return again(n)
}

// Scalar is a scalar at the place of another node of the same document.
func (n Node) Scalar(value, tag string) Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Value: value, Tag: tag}
	if n.y != nil {
		y.Line, y.Column = n.y.Line, n.y.Column
	}
	return n.at(y, n.key)
}

// ListOf is a list of nodes of the same document, at the place of this one.
func (n Node) ListOf(items []Node) Node {
	y := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if n.y != nil {
		y.Line, y.Column, y.Style = n.y.Line, n.y.Column, n.y.Style
	}
	for _, item := range items {
		if item.y != nil {
			y.Content = append(y.Content, item.y)
		}
	}
	return n.at(y, n.key)
}

// Replaced is a scalar with another value, in the place and the way of this one.
func (n Node) Replaced(value, tag string) Node {
	y := follow(n.y)
	if y == nil {
		return n
	}
	here := *y
	here.Value, here.Tag, here.Alias = value, tag, nil
	return n.at(&here, n.key)
}
