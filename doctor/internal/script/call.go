package script

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
)

// A Call is a command as a script would start it.
type Call struct {
	Unit  string
	Line  int
	Text  string // as it is written
	Words []Word // without sudo, env and the like in front

	Loop  bool // it is in a loop
	Order int  // which one of its piece it is
	Piece int
}

// A Word is one of a command's; Open ones have a value only when the script runs, and are
// as they are written. Said is what their variables were set to, as far as the script shows.
type Word struct {
	Value string
	Open  bool
	Said  string
}

// Name is the program's name without its folder.
func (c *Call) Name() string {
	if len(c.Words) == 0 {
		return ""
	}
	return path.Base(c.Words[0].Value)
}

// Has says whether one of the words behind the program is any of these.
func (c *Call) Has(words ...string) bool {
	for _, w := range c.Words[min(1, len(c.Words)):] {
		for _, wanted := range words {
			if w.Value == wanted {
				return true
			}
		}
	}
	return false
}

// Calls are the commands of all pieces, in order.
func Calls(pieces []Piece) []Call {
	all, _ := Bounded(pieces)
	return all
}

// Bounded is Calls; passed is the first line from which commands were left out, since there are too
// many or a text is too long: 0, if none were.
func Bounded(pieces []Piece) (all []Call, passed int) {
	for i, p := range pieces {
		if len(all) > mostOfAll || p.rest {
			return all, cmp.Or(passed, p.line(1))
		}
		w := &walker{piece: p, number: i, vars: map[string]string{}}
		w.read(p.Text, 0)
		all, passed = append(all, w.calls...), cmp.Or(passed, w.passed)
	}
	return all, passed
}

// deepest is how many strings may stand in each other; most is how many commands a piece
// may have, mostOfAll about how many all together.
const (
	deepest   = 8
	most      = 5000
	mostOfAll = 50_000
)

// walker collects the commands of a piece.
type walker struct {
	piece  Piece
	number int
	vars   map[string]string
	calls  []Call
	source string
	base   int // the piece's line in front of the source's first
	inner  bool
	passed int // a line that was not read; 0: none
}

// read parses a text and goes through it. What cannot be parsed as a whole is read line by
// line: a template in one place says nothing about the others.
func (w *walker) read(text string, depth int) {
	if depth > deepest || len(w.calls) > most {
		w.pass()
		return
	}
	file, err := shell.Bash(text)
	if err == nil {
		w.inside(text, func() { w.walk(file, depth) })
		return
	}
	if errors.Is(err, shell.ErrTooLarge) {
		w.pass()
	}
	if errors.Is(err, shell.ErrTooLarge) || !strings.Contains(text, "\n") {
		return
	}
	base := w.base
	for i, line := range strings.Split(text, "\n") {
		if !w.inner {
			w.base = base + i
		}
		if file, err := shell.Bash(line); err == nil {
			w.inside(line, func() { w.walk(file, depth) })
		}
	}
	w.base = base
}

// pass notes that what comes now is not read.
func (w *walker) pass() { w.passed = cmp.Or(w.passed, w.piece.line(w.base+1)) }

func (w *walker) inside(source string, do func()) {
	before := w.source
	w.source = source
	do()
	w.source = before
}

// walk goes through a parsed text. Loops are noted; documents that are handed to a shell are
// read as what they are.
func (w *walker) walk(root syntax.Node, depth int) {
	loops := 0
	var stack []syntax.Node
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if isLoop(last) {
				loops--
			}
			if stmt, ok := last.(*syntax.Stmt); ok {
				w.document(stmt, depth)
			}
			return true
		}
		stack = append(stack, n)
		if isLoop(n) {
			loops++
		}
		switch n := n.(type) {
		case *syntax.Assign:
			w.assign(n)
		case *syntax.CallExpr:
			w.call(n, loops > 0, depth)
		}
		return true
	})
}

func isLoop(n syntax.Node) bool {
	switch n.(type) {
	case *syntax.WhileClause, *syntax.ForClause:
		return true
	}
	return false
}

func (w *walker) assign(a *syntax.Assign) {
	if a.Name != nil && a.Value != nil {
		w.vars[a.Name.Value] = w.said(a.Value)
	}
}

func (w *walker) call(c *syntax.CallExpr, loop bool, depth int) {
	var words []Word
	for _, a := range c.Args {
		words = append(words, w.word(a))
	}
	if words = Bare(words); len(words) == 0 {
		return
	}
	w.calls = append(w.calls, Call{Unit: w.piece.Unit, Line: w.line(c), Text: w.text(c), Words: words, Loop: loop, Order: len(w.calls), Piece: w.number})
	if text, ok := handed(words); ok {
		w.deeper(text, w.line(c), depth)
	}
}

// deeper reads a string that another program gives to a shell; its lines are the place of
// the whole.
func (w *walker) deeper(text string, line, depth int) {
	before, inner := w.piece, w.inner
	own := make([]int, 1+strings.Count(text, "\n"))
	for i := range own {
		own[i] = line
	}
	w.piece.Own, w.inner = own, true
	base := w.base
	w.base = 0
	w.read(text, depth+1)
	w.piece, w.inner, w.base = before, inner, base
}

// document reads a here-document of a shell: of ssh HOST <<EOF, of bash -s <<EOF.
func (w *walker) document(s *syntax.Stmt, depth int) {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 {
		return
	}
	var words []Word
	for _, a := range c.Args {
		words = append(words, w.word(a))
	}
	words = Bare(words)
	if len(words) == 0 || !readsShell(words) {
		return
	}
	for _, r := range s.Redirs {
		if r.Hdoc == nil {
			continue
		}
		from, to := int(r.Hdoc.Pos().Offset()), min(int(r.Hdoc.End().Offset()), len(w.source))
		if from < to {
			first := w.base + int(r.Hdoc.Pos().Line())
			before := w.piece
			text := w.source[from:to]
			if body, last := cutLast(text); strings.TrimSpace(last) == w.word(r.Word).Value {
				text = body
			}
			own := make([]int, 1+strings.Count(text, "\n"))
			for i := range own {
				own[i] = before.line(first + i)
			}
			w.piece.Own = own
			base := w.base
			w.base = 0
			w.read(text, depth+1)
			w.piece, w.base = before, base
		}
	}
}

// cutLast takes a text's last line away.
func cutLast(text string) (body, last string) {
	text = strings.TrimRight(text, "\n")
	at := strings.LastIndexByte(text, '\n')
	if at < 0 {
		return "", text
	}
	return text[:at+1], text[at+1:]
}

func (w *walker) line(n syntax.Node) int { return w.piece.line(w.base + int(n.Pos().Line())) }

func (w *walker) text(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), min(int(n.End().Offset()), len(w.source))
	if from >= to {
		return ""
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(w.source[from:to], "\\\n", " ")), " ")
}
