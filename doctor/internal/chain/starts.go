package chain

import (
	"maps"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// start follows a program that the script starts.
func (c *call) start(words []deploy.Text, exec bool) {
	t := c.tour
	if len(words) == 0 || *t.in.spent > busiest {
		return
	}
	s := &stop{exec: exec && c.here(), where: c.where, trapped: t.trap.any(), at: t.text.pos(int(c.expr.Pos().Line())), offset: -1}
	first := c.expr.Args[0].Pos()
	s.lead, s.next = t.text.slice(c.expr.Pos(), first), t.text.slice(first, c.expr.End())
	s.last = s.last && t.looped == 0
	if t.text.execable(c.expr.Args[0], s.next) {
		s.offset = int(first.Offset())
	}
	s.chain = t.ride(words, t.front(c.expr.Assigns))
	t.children.stops = append(t.children.stops, s)
}

// ride follows a program with the variables that it has.
func (e *expander) ride(words []deploy.Text, env map[string]deploy.Text) *Chain {
	in := e.in
	in.dir = e.state.dir
	in.Env = func(name string) (deploy.Text, bool) {
		if v, ok := env[name]; ok {
			return v, true
		}
		return e.lookup(name)
	}
	c := in.follow(words, e.f.depth)
	if c.Worker == nil {
		return c
	}
	for name, value := range e.state.vars {
		if _, ok := c.Env[name]; !ok {
			c.Env[name] = value
		}
	}
	maps.Copy(c.Env, env)
	return c
}
