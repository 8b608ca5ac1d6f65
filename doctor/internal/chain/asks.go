package chain

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// outcome is whether a condition holds, where that can be told.
func (e *expander) outcome(s *syntax.Stmt) (truth, known bool) {
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
func (e *expander) both(c *syntax.BinaryCmd) (truth, known bool) {
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
func (e *expander) command(c *syntax.CallExpr) (truth, known bool) {
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

// asks is the outcome of test(1).
func asks(words []deploy.Text) (truth, known bool) {
	if len(words) > 0 && words[0].Value == "!" && !words[0].Open {
		truth, known = asks(words[1:])
		return !truth, known
	}
	for _, op := range []string{"-o", "-a"} {
		for i, w := range words {
			if w.Value != op || i == 0 || i == len(words)-1 || w.Open {
				continue
			}
			a, sureA := asks(words[:i])
			b, sureB := asks(words[i+1:])
			if op == "-a" {
				return and(a, sureA, b, sureB)
			}
			truth, known = and(!a, sureA, !b, sureB)
			return !truth, known
		}
	}
	switch len(words) {
	case 0:
		return false, true
	case 1:
		return words[0].Value != "", !words[0].Open
	case 2:
		return unary(words[0].Value, words[1])
	case 3:
		return binary(words[0], words[1].Value, words[2], false)
	}
	return false, false
}

func unary(op string, w deploy.Text) (truth, known bool) {
	switch op {
	case "-z":
		return w.Value == "", !w.Open
	case "-n":
		return w.Value != "", !w.Open
	}
	return false, false
}

func binary(a deploy.Text, op string, b deploy.Text, patterns bool) (truth, known bool) {
	if a.Open || b.Open {
		return false, false
	}
	switch op {
	case "=", "==", "!=":
		same := a.Value == b.Value
		if patterns {
			var ok bool
			if same, ok = fits(b.Value, a.Value); !ok {
				return false, false
			}
		}
		return same != (op == "!="), true
	}
	x, errX := strconv.Atoi(a.Value)
	y, errY := strconv.Atoi(b.Value)
	if errX != nil || errY != nil {
		return false, false
	}
	switch op {
	case "-eq":
		return x == y, true
	case "-ne":
		return x != y, true
	case "-gt":
		return x > y, true
	case "-ge":
		return x >= y, true
	case "-lt":
		return x < y, true
	case "-le":
		return x <= y, true
	}
	return false, false
}

// test is the outcome of [[ … ]].
func (e *expander) test(x syntax.TestExpr) (truth, known bool) {
	switch x := x.(type) {
	case *syntax.ParenTest:
		return e.test(x.X)
	case *syntax.Word:
		w := e.word(x)
		return w.Value != "", !w.Open
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			truth, known = e.test(x.X)
			return !truth, known
		}
		if w, ok := x.X.(*syntax.Word); ok {
			return unary(x.Op.String(), e.word(w))
		}
	case *syntax.BinaryTest:
		return e.binaryTest(x)
	}
	return false, false
}

func (e *expander) binaryTest(x *syntax.BinaryTest) (truth, known bool) {
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		a, sureA := e.test(x.X)
		b, sureB := e.test(x.Y)
		if x.Op == syntax.AndTest {
			return and(a, sureA, b, sureB)
		}
		truth, known = and(!a, sureA, !b, sureB)
		return !truth, known
	}
	l, okL := x.X.(*syntax.Word)
	r, okR := x.Y.(*syntax.Word)
	if !okL || !okR {
		return false, false
	}
	return binary(e.word(l), x.Op.String(), e.word(r), true)
}

// matches says whether a case's word fits one of the patterns, and whether that is sure.
func (t *tour) matches(word deploy.Text, patterns []*syntax.Word) (hit, sure bool) {
	for _, p := range patterns {
		if text := t.word(p); text.Value == "*" {
			return true, true
		}
	}
	if word.Open {
		return true, false
	}
	sure = true
	for _, p := range patterns {
		text := t.word(p)
		hit, ok := fits(text.Value, word.Value)
		switch {
		case text.Open || !ok:
			sure = false
		case hit:
			return true, sure
		}
	}
	return !sure, sure
}

// fits says whether a word fits a shell's pattern; ok: that can be told.
func fits(p, word string) (hit, ok bool) {
	if !strings.ContainsAny(p, `*?[\`) {
		return p == word, true
	}
	if len(p) > 200 || len(word) > 2000 {
		return false, false
	}
	expr, err := pattern.Regexp(p, pattern.EntireString)
	if err != nil {
		return false, false
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return false, false
	}
	return re.MatchString(word), true
}

func (t *tour) catchesAll(patterns []*syntax.Word) bool {
	for _, p := range patterns {
		if t.word(p).Value == "*" {
			return true
		}
	}
	return false
}
