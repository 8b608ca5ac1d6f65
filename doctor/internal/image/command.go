package image

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// replace sets a stage's CMD or ENTRYPOINT; one of the same stage before it counts no more.
func (r *reader) replace(name string, old **deploy.Command, c *deploy.Command) {
	if r.own[name] && *old != nil {
		r.last().Overruled = append(r.last().Overruled, (*old).Pos)
	}
	r.own[name] = true
	*old = c
}

// command is a CMD's or ENTRYPOINT's value: a JSON array is started as it is, all else is
// given to a shell.
func (r *reader) command(n *parser.Node) *deploy.Command {
	c := &deploy.Command{Pos: r.pos(n), OnBuild: r.triggered}
	if n.Attributes["json"] {
		c.Words = r.words(n)
		return c
	}
	c.Form = deploy.Shell
	for _, w := range r.last().Shell {
		c.Words = append(c.Words, deploy.Text{Value: w.Value, Pos: c.Pos, Implied: true})
	}
	if len(c.Words) == 0 {
		c.Words = []deploy.Text{{Value: "/bin/sh", Pos: c.Pos, Implied: true}, {Value: "-c", Pos: c.Pos, Implied: true}}
	}
	text := ""
	if n.Next != nil {
		text = n.Next.Value
	}
	for _, h := range n.Heredocs {
		text += "\n" + h.Content
	}
	c.Words = append(c.Words, deploy.Text{Value: text, Pos: c.Pos})
	return c
}

// words are the elements of a JSON array, each with the line that it stands on.
func (r *reader) words(n *parser.Node) (words []deploy.Text) {
	line := n.StartLine
	for a := n.Next; a != nil; a = a.Next {
		for l := line; l <= n.EndLine && l <= len(r.lines); l++ {
			if strings.Contains(r.lines[l-1], a.Value) {
				line = l
				break
			}
		}
		words = append(words, deploy.Text{Value: a.Value, Pos: deploy.Pos{File: r.file, Line: line}})
	}
	return words
}
