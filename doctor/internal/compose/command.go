package compose

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// command is entrypoint or command: a list of words, or one string, which compose splits
// without a shell. Nothing in it: none says that it is empty.
func (r *reader) command(key string, s *Service) (c *deploy.Command, none bool) {
	n := r.node(key)
	switch v := r.value(key).(type) {
	case string:
		c = r.split(v, n, s)
	case []any:
		c = &deploy.Command{Pos: n.KeyPos()}
		items := n.Items()
		for i, item := range v {
			pos := n.KeyPos()
			if len(items) == len(v) {
				pos = items[i].Text().Pos
			}
			c.Words = append(c.Words, text(fmt.Sprint(item), pos))
		}
	}
	if c != nil && len(c.Words) == 0 {
		return nil, true
	}
	return c, false
}

// split splits a string as compose does: it stops at the first operator of a shell that is
// not quoted, and drops what follows.
func (r *reader) split(v string, n tree.Node, s *Service) *deploy.Command {
	t := n.Text()
	if !t.Pos.Known() {
		t.Pos = n.KeyPos()
	}
	c := &deploy.Command{Pos: n.KeyPos(), Form: deploy.Split}
	if t.Pos.Line > 0 {
		c.Pos.Last = n.Last()
	}
	words, at, err := shell.Split(v)
	if err != nil {
		c.Words = []deploy.Text{{Value: v, Pos: t.Pos, Open: true}}
		return c
	}
	whole := String{Text: text(v, c.Pos), Part: v}
	if at >= 0 {
		runes := []rune(v)
		whole.Part, whole.Rest = strings.TrimSpace(string(runes[:at])), strings.TrimSpace(string(runes[at:]))
	}
	s.Strings = append(s.Strings, whole)
	lines, line := strings.Split(t.Value, "\n"), 0
	for _, w := range words {
		pos := t.Pos
		if len(lines) > 1 { // each word on its line, as far as it can be found
			for l := line; l < len(lines); l++ {
				if strings.Contains(lines[l], w) {
					line = l
					break
				}
			}
			pos.Line += line
		}
		c.Words = append(c.Words, text(w, pos))
	}
	return c
}
