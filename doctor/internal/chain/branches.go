package chain

import "mvdan.cc/sh/v3/syntax"

// ifClause takes the branch that its condition chooses, where that is known, or else both.
func (t *tour) ifClause(c *syntax.IfClause, w where) {
	cond := where{nested: true, guarded: true}
	t.list(c.Cond, cond)
	if t.over() {
		return
	}
	truth, known := false, false
	if len(c.Cond) == 1 {
		truth, known = t.asker().outcome(c.Cond[0])
	}
	switch {
	case known && truth:
		t.surely(c.Then, w)
	case known:
		t.elseClause(c.Else, w)
	default:
		ended := t.maybe(c.Then, w)
		before, left := t.ended, t.left
		undo := t.state.save()
		t.elseClause(c.Else, w)
		t.state.doubt(undo)
		ended = ended && c.Else != nil && t.over()
		t.ended, t.left = before || ended, left
	}
}

func (t *tour) elseClause(c *syntax.IfClause, w where) {
	switch {
	case c == nil:
	case len(c.Cond) > 0:
		t.ifClause(c, w)
	default:
		t.surely(c.Then, w)
	}
}

// caseClause takes the branch that the word chooses, where that is known, or else all.
func (t *tour) caseClause(c *syntax.CaseClause, w where) {
	word, asks := t.word(c.Word), t.asker()
	ended, whole, sureBranch := true, false, true
	for i, item := range c.Items {
		hit, sure := asks.matches(word, item.Patterns)
		if sure && !hit {
			continue
		}
		if sure && sureBranch {
			t.surely(branch(c.Items[i:]), w)
			return
		}
		sureBranch = false
		ended = t.maybe(branch(c.Items[i:]), w) && ended
		whole = whole || sure || asks.catchesAll(item.Patterns)
		if sure {
			break
		}
	}
	t.ended = t.ended || ended && whole && !sureBranch
}

// branch is what a branch does, with those that it falls through to.
func branch(items []*syntax.CaseItem) (stmts []*syntax.Stmt) {
	for _, item := range items {
		stmts = append(stmts, item.Stmts...)
		if item.Op != syntax.Fallthrough {
			break
		}
	}
	return stmts
}
