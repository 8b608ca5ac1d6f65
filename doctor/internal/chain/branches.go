package chain

import "mvdan.cc/sh/v3/syntax"

func (t *tour) ifClause(c *syntax.IfClause, w where) {
	cond := where{nested: true, guarded: true}
	t.list(c.Cond, cond)
	if t.ended || t.left {
		return
	}
	truth, known := false, false
	if len(c.Cond) == 1 {
		truth, known = t.outcome(c.Cond[0])
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
		ended = ended && c.Else != nil && (t.ended || t.left)
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
	word := t.word(c.Word)
	ended, whole, sureBranch := true, false, true
	for i, item := range c.Items {
		hit, sure := t.matches(word, item.Patterns)
		if sure && !hit {
			continue
		}
		if sure && sureBranch {
			t.branch(c.Items[i:], w, t.surely)
			return
		}
		sureBranch = false
		t.branch(c.Items[i:], w, func(stmts []*syntax.Stmt, w where) { ended = t.maybe(stmts, w) && ended })
		whole = whole || sure || t.catchesAll(item.Patterns)
		if sure {
			break
		}
	}
	t.ended = t.ended || ended && whole && !sureBranch
}

// branch goes through a branch, and those that it falls through to.
func (t *tour) branch(items []*syntax.CaseItem, w where, through func([]*syntax.Stmt, where)) {
	var stmts []*syntax.Stmt
	for _, item := range items {
		stmts = append(stmts, item.Stmts...)
		if item.Op != syntax.Fallthrough {
			break
		}
	}
	through(stmts, w)
}
