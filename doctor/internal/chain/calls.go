package chain

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A call is a simple command that a tour comes to: words of the shell itself, a function of the
// script's, or a program that it starts.
type call struct {
	tour *tour
	expr *syntax.CallExpr
	where
}

// run does what the script does there.
func (c *call) run() {
	t := c.tour
	if len(c.expr.Args) == 0 {
		t.assign(c.expr.Assigns)
		return
	}
	words := t.words(c.expr.Args)
	v := t.children.visit(place{t.text.base.Pos, c.expr.Pos().Offset()})
	if v.mark(); len(words) > 0 && c.builtin(words) {
		return
	}
	before := len(t.children.stops)
	exec := c.begin(words)
	if args := t.state.args; len(args) == 0 && c.spreads() {
		for _, other := range t.state.others {
			t.state.args = other
			exec = c.begin(t.words(c.expr.Args)) || exec
		}
		t.state.args = args
	}
	v.stops = append(v.stops, t.children.stops[before:]...)
	v.mark()
	t.ended = t.ended || exec && c.here()
}

// here says whether it is done by the script's own shell, and not by one beside it.
func (w where) here() bool { return !w.piped && !w.background && !w.subshell }

// spreads says whether a call has "$@" in it.
func (c *call) spreads() bool {
	return slices.ContainsFunc(c.expr.Args, func(a *syntax.Word) bool { name, all := spread(a); return all && name == "" })
}

// begin starts what the words say; exec: in place of the script.
func (c *call) begin(words []deploy.Text) (exec bool) {
	if len(words) == 0 {
		return false
	}
	if exec = words[0].Value == "exec" && !words[0].Open; exec {
		if words = afterFlags(words[1:], "-a"); len(words) == 0 {
			return false // it redirects all that follows
		}
	}
	for _, words := range c.tour.state.chosen(words) {
		c.start(words, exec)
	}
	return exec
}
