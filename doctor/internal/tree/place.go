package tree

import (
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

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
