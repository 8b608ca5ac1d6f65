package chain

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A function is one of the script's own.
type function struct {
	body *syntax.Stmt
	text *text
}

// A tour goes through a script as a shell would, as far as that can be told.
type tour struct {
	expander
	children children
	funcs    map[string]function
	trap     trap
	ended    bool // nothing behind is reached
	left     bool // the function is over
	calls    int
	reads    int
	looped   int    // loops around
	open     string // why a part of it was not followed; empty: all was
}

// Bounds of one script.
const (
	mostStops = 200
	mostSteps = 20000
	mostCalls = 60
	mostText  = 256 << 10 // bytes of shell
	mostOpen  = 8000      // of what opens in it
)

// tooMuch is why a script is not followed to its end.
const tooMuch = "it has more commands than are followed"

func newTour(in Place, f frame) *tour {
	t := &tour{expander: expander{in: in, f: f}, children: children{seen: map[place]*visits{}}, funcs: map[string]function{}}
	t.state = state{vars: map[string]deploy.Text{}, arrays: map[string][]deploy.Text{}, choices: map[string][]string{}, args: f.args, dir: in.dir, errexit: f.errexit}
	return t
}

// source goes through the script itself.
func (t *tour) source(base deploy.Text) error {
	file, err := parse(base.Value)
	if err != nil {
		return err
	}
	t.text = &text{base: base, edited: true}
	t.list(file.Stmts, where{last: true, alone: len(file.Stmts) == 1})
	return nil
}

// include goes through another piece in between.
func (t *tour) include(base deploy.Text, edited bool, w where) {
	if t.reads++; t.reads > 50 {
		return
	}
	file, err := parse(base.Value)
	if err != nil {
		return
	}
	outer := t.text
	t.text = &text{base: base, edited: edited}
	t.list(file.Stmts, w)
	t.text, t.left = outer, false
}

// A where is what a statement stands in.
type where struct {
	piped, background, nested, subshell, redirected bool

	last    bool // nothing follows it
	alone   bool // nothing is in front of it either
	guarded bool // its failure ends nothing: it is a condition
}

func (t *tour) list(stmts []*syntax.Stmt, w where) {
	for i, s := range stmts {
		if t.children.many() {
			t.open = tooMuch
		}
		if t.over() || t.children.many() {
			return
		}
		at := w
		at.last = w.last && i == len(stmts)-1
		t.stmt(s, at)
	}
}

// over says whether what is behind is not reached.
func (t *tour) over() bool { return t.ended || t.left }

func (t *tour) stmt(s *syntax.Stmt, w where) {
	if t.steps++; t.steps > mostSteps {
		t.open = tooMuch
	}
	if s == nil || s.Cmd == nil || t.steps > mostSteps {
		return
	}
	w.background = w.background || s.Background || s.Coprocess
	w.redirected = w.redirected || len(s.Redirs) > 0
	if s.Negated {
		w.last, w.guarded = false, true
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		(&call{tour: t, expr: c, where: w}).run()
	case *syntax.BinaryCmd:
		t.binary(c, w)
	case *syntax.Subshell:
		w.subshell = true
		t.apart(c.Stmts, w)
	case *syntax.Block:
		t.block(c.Stmts, w)
	case *syntax.IfClause:
		t.ifClause(c, w)
	case *syntax.WhileClause:
		t.while(c, w)
	case *syntax.ForClause:
		t.loop(c.Do, w)
	case *syntax.CaseClause:
		t.caseClause(c, w)
	case *syntax.FuncDecl:
		if c.Name != nil {
			t.funcs[c.Name.Value] = function{c.Body, t.text}
		}
	case *syntax.DeclClause:
		t.assign(c.Args)
	case *syntax.TimeClause:
		w.nested, w.last = true, false
		t.stmt(c.Stmt, w)
	case *syntax.CoprocClause:
		w.background = true
		t.apart([]*syntax.Stmt{c.Stmt}, w)
	}
}
