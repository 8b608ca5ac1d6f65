package chain

import "mvdan.cc/sh/v3/syntax"

// block is { …; }. In the background or in a pipeline it is a shell of its own.
func (t *tour) block(stmts []*syntax.Stmt, w where) {
	w.nested = true
	if w.background || w.piped {
		t.apart(stmts, w)
		return
	}
	t.list(stmts, w)
}

// apart is a shell of its own: what it changes or ends is its own too.
func (t *tour) apart(stmts []*syntax.Stmt, w where) {
	w.nested = true
	before, left := t.ended, t.left
	undo := t.state.save()
	trap := t.trap
	t.list(stmts, w)
	t.state.restore(undo)
	t.ended, t.left, t.trap = before, left, trap
}

// maybe goes through statements that may not be reached, so that none ends the tour, and
// what they set is not sure any more.
func (t *tour) maybe(stmts []*syntax.Stmt, w where) (ended bool) {
	w.nested = true
	before, left := t.ended, t.left
	undo := t.state.save()
	t.list(stmts, w)
	t.state.doubt(undo)
	ended, t.ended, t.left = t.over(), before, left
	return ended
}

// surely goes through statements that are reached.
func (t *tour) surely(stmts []*syntax.Stmt, w where) {
	w.nested = true
	t.list(stmts, w)
}

func (t *tour) loop(stmts []*syntax.Stmt, w where) {
	w.last = false
	t.looped++
	t.maybe(stmts, w)
	t.looped--
}

func (t *tour) while(c *syntax.WhileClause, w where) {
	cond := w
	cond.guarded = true
	t.loop(c.Cond, cond)
	t.loop(c.Do, w)
}

func (t *tour) binary(c *syntax.BinaryCmd, w where) {
	left, right := w, w
	left.last, right.alone = false, false
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		left.piped, right.piped = true, true
		t.apart([]*syntax.Stmt{c.X}, left)
		t.apart([]*syntax.Stmt{c.Y}, right)
		return
	}
	left.guarded = true
	if w.background { // the whole list is a shell of its own
		left.nested, right.nested = true, true
	}
	t.stmt(c.X, left)
	if t.over() {
		return
	}
	truth, known := t.asker().outcome(c.X)
	and := c.Op == syntax.AndStmt
	switch {
	case known && truth != and:
	case known, and && !condition(c.X, 0): // a program that comes first is meant to succeed
		t.stmt(c.Y, right)
	default:
		t.maybe([]*syntax.Stmt{c.Y}, right)
	}
}

// condition says whether a statement only asks.
func condition(s *syntax.Stmt, depth int) bool {
	switch c := s.Cmd.(type) {
	case *syntax.TestClause, *syntax.ArithmCmd:
		return true
	case *syntax.BinaryCmd:
		return depth < 10 && c.Op != syntax.Pipe && condition(c.X, depth+1) && condition(c.Y, depth+1)
	case *syntax.CallExpr:
		if len(c.Args) > 0 {
			switch c.Args[0].Lit() {
			case "[", "test", "command", "type", "which", "grep", "false":
				return true
			}
		}
	}
	return s.Negated
}
