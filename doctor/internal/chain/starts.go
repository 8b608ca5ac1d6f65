package chain

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// start follows a program that the script starts.
func (t *tour) start(c *syntax.CallExpr, words []deploy.Text, exec bool, w where) {
	if len(words) == 0 || *t.in.spent > busiest {
		return
	}
	s := &stop{exec: exec && !w.piped && !w.background && !w.subshell, where: w, trapped: t.trap.any(), at: t.text.pos(int(c.Pos().Line())), offset: -1}
	env := map[string]deploy.Text{}
	for _, a := range c.Assigns {
		if a.Name != nil {
			env[a.Name.Value] = t.word(a.Value)
		}
	}
	s.lead, s.next = t.text.slice(c.Pos(), c.Args[0].Pos()), t.text.slice(c.Args[0].Pos(), c.End())
	if t.looped > 0 {
		s.last = false
	}
	if t.execable(c, s) {
		s.offset = int(c.Args[0].Pos().Offset())
	}
	s.chain = t.ride(words, env)
	t.stops = append(t.stops, s)
}

// slice is a part of the script as it is written.
func (x *text) slice(from, to syntax.Pos) string {
	source := x.base.Value
	a, b := min(int(from.Offset()), len(source)), min(int(to.Offset()), len(source))
	if a > b {
		return ""
	}
	return strings.TrimSpace(source[a:b])
}

// execable says whether exec may stand in front of it: it is a program, and stands on one
// line, which has it once.
func (t *tour) execable(c *syntax.CallExpr, s *stop) bool {
	if !t.text.edited || s.next == "" || strings.Contains(s.next, "\n") || shellWords[c.Args[0].Lit()] {
		return false
	}
	source := t.text.base.Value
	at := min(int(c.Args[0].Pos().Offset()), len(source))
	first := strings.LastIndexByte(source[:at], '\n') + 1
	line, _, _ := strings.Cut(source[first:], "\n")
	return strings.Count(line, s.next) == 1
}

// ride follows a program with the variables that it has.
func (t *tour) ride(words []deploy.Text, env map[string]deploy.Text) *Chain {
	in, outer := t.in, t.in.Env
	in.dir = t.state.dir
	in.Env = func(name string) (deploy.Text, bool) {
		if v, ok := env[name]; ok {
			return v, true
		}
		if v, ok := t.state.vars[name]; ok {
			return v, true
		}
		if outer == nil {
			return deploy.Text{}, false
		}
		return outer(name)
	}
	c := in.follow(words, t.f.depth)
	if c.Worker == nil {
		return c
	}
	for name, value := range t.state.vars {
		if _, ok := c.Env[name]; !ok {
			c.Env[name] = value
		}
	}
	for name, value := range env {
		c.Env[name] = value
	}
	return c
}
