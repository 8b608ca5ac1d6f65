package chain

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A stop is a program that a script starts, in the order in which it would.
type stop struct {
	chain      *Chain
	at         deploy.Pos
	lead, next string // as it is written: assignments, and the rest
	offset     int    // of next in its source, if exec may be put in front of it; -1: it may not
	exec       bool
	where
	trapped bool // a trap was set before it
	again   bool // the script comes to its place more than once: an exec there would be its end
	waits   waits
}

// waits are how a script waits for what it has put into the background.
type waits struct {
	n     int
	loop  bool
	fatal bool // the first one ends the script, since a failure does
	trap  trap // what was set at the first one: the signal comes then
}

// A text is a piece of shell: the script itself, a file that it reads, a string that it
// evaluates.
type text struct {
	base   deploy.Text
	edited bool // an edit of it makes sense: it stands in a file as it is
}

// A function is one of the script's own.
type function struct {
	body *syntax.Stmt
	text *text
}

// A tour goes through a script as a shell would, as far as that can be told.
type tour struct {
	in     Place
	f      frame
	text   *text
	state  state
	funcs  map[string]function
	stops  []*stop
	trap   trap
	ended  bool // nothing behind is reached
	left   bool // the function is over
	calls  int
	steps  int
	reads  int
	looped int    // loops around
	open   string // why a part of it was not followed; empty: all was
	seen   map[place]*visits
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
	t := &tour{in: in, f: f, funcs: map[string]function{}, seen: map[place]*visits{}}
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

// parse reads a piece of shell, bash's or POSIX'.
func parse(source string) (*syntax.File, error) {
	if len(source) > mostText || opens(source) > mostOpen {
		return nil, errors.New("it is too long for a script that starts something")
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(source), "")
	if err == nil {
		return file, nil
	}
	if file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(source), ""); err == nil {
		return file, nil
	}
	return nil, fmt.Errorf("it cannot be read as a shell would: %w", err)
}

// opens counts what may begin something within something. The parser goes down for each that
// is not closed, and has no end of its own.
func opens(source string) (n int) {
	for i := range len(source) {
		if strings.IndexByte("({[!$|&\"`<", source[i]) >= 0 {
			n++
		}
	}
	for _, word := range []string{"if ", "if\n", "case ", "while ", "until ", "for ", "time ", "coproc "} {
		n += strings.Count(source, word)
	}
	return n
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
		if len(t.stops) > mostStops {
			t.open = tooMuch
		}
		if t.ended || t.left || len(t.stops) > mostStops {
			return
		}
		at := w
		at.last = w.last && i == len(stmts)-1
		t.stmt(s, at)
	}
}

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
		t.call(c, w)
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
		for _, a := range c.Args {
			t.assign(a)
		}
	case *syntax.TimeClause:
		w.nested, w.last = true, false
		t.stmt(c.Stmt, w)
	case *syntax.CoprocClause:
		w.background = true
		t.apart([]*syntax.Stmt{c.Stmt}, w)
	}
}

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
	ended, t.ended, t.left = t.ended || t.left, before, left
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
	if t.ended || t.left {
		return
	}
	truth, known := t.outcome(c.X)
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
