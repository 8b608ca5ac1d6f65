package chain

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An asker tells whether what a script asks is so, with what its shell remembers.
type asker struct{ *expander }

func (e *expander) asker() asker { return asker{e} }

// outcome is whether a condition holds, where that can be told.
func (e asker) outcome(s *syntax.Stmt) (truth, known bool) {
	if e.steps++; e.steps > mostSteps {
		return false, false
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		truth, known = e.command(c)
	case *syntax.TestClause:
		truth, known = e.test(c.X)
	case *syntax.BinaryCmd:
		truth, known = e.both(c)
	}
	return truth != s.Negated, known
}

// both is the outcome of a && b and of a || b.
func (e asker) both(c *syntax.BinaryCmd) (truth, known bool) {
	a, sureA := e.outcome(c.X)
	b, sureB := e.outcome(c.Y)
	switch {
	case c.Op == syntax.AndStmt:
		return and(a, sureA, b, sureB)
	case c.Op == syntax.OrStmt:
		truth, known = and(!a, sureA, !b, sureB)
		return !truth, known
	}
	return false, false
}

func and(a, sureA, b, sureB bool) (truth, known bool) {
	switch {
	case sureA && !a, sureB && !b:
		return false, true
	}
	return true, sureA && sureB
}

// command is the outcome of true, false, and [ … ].
func (e asker) command(c *syntax.CallExpr) (truth, known bool) {
	if len(c.Args) == 0 {
		return false, false
	}
	var words []deploy.Text
	switch c.Args[0].Lit() {
	case "true", ":":
		return true, true
	case "false":
		return false, true
	case "[", "test":
		for _, a := range c.Args[1:] {
			words = append(words, e.fields(a)...)
		}
		if n := len(words); c.Args[0].Lit() == "[" && n > 0 && words[n-1].Value == "]" {
			words = words[:n-1]
		}
		return asks(words)
	}
	return false, false
}
