package chain

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// param is the value of $NAME, ${NAME}, ${NAME:-default}, ${NAME#prefix} and the like.
func (e *expander) param(p *syntax.ParamExp) (string, bool) {
	if p.Param == nil || p.Excl || p.Slice != nil || p.Index != nil && p.Param.Value != "BASH_SOURCE" {
		return "", false
	}
	if p.Repl != nil {
		return e.replaced(p)
	}
	if p.Length || p.Param.Value == "#" {
		return strconv.Itoa(len(e.state.args)), p.Param.Value == "#" && e.state.args != nil
	}
	value, ok := e.variable(p.Param.Value)
	if p.Exp == nil {
		return value, ok
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		return e.fallback(p, value, ok)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		value, ok = e.fallback(p, value, ok)
		if ok {
			e.state.set(p.Param.Value, deploy.Text{Value: value, Pos: e.text.pos(int(p.Pos().Line()))})
		}
		return value, ok
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if ok && value == "" {
			return "", true
		}
		other := e.word(p.Exp.Word)
		return other.Value, ok && !other.Open
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return value, ok
	}
	return e.cut(p, value, ok)
}

// replaced is ${NAME/from/to} and ${NAME//from/to}, where from is plain.
func (e *expander) replaced(p *syntax.ParamExp) (string, bool) {
	value, ok := e.variable(p.Param.Value)
	from, to := e.word(p.Repl.Orig), e.word(p.Repl.With)
	if !ok || from.Open || to.Open || from.Value == "" || strings.ContainsAny(from.Value, `*?[\#%`) || len(value)*len(to.Value) > longest {
		return "", false
	}
	if p.Repl.All {
		return strings.ReplaceAll(value, from.Value, to.Value), true
	}
	return strings.Replace(value, from.Value, to.Value, 1), true
}

// fallback is ${NAME:-word}. A variable that no file sets may still come with the deploy: the
// word is what counts until it does, unless a worker's command hangs on it.
func (e *expander) fallback(p *syntax.ParamExp, value string, ok bool) (string, bool) {
	if ok && value != "" {
		return value, true
	}
	if _, there := e.lookup(p.Param.Value); there && !ok {
		return "", false
	}
	word := e.word(p.Exp.Word)
	return word.Value, !word.Open
}

// cut is ${NAME#prefix} and ${NAME%suffix}, where the pattern is plain or one *.
func (e *expander) cut(p *syntax.ParamExp, value string, ok bool) (string, bool) {
	pattern := e.word(p.Exp.Word)
	if !ok || pattern.Open {
		return "", false
	}
	star := strings.TrimPrefix(strings.TrimSuffix(pattern.Value, "*"), "*")
	if strings.ContainsAny(star, "*?[") {
		return "", false
	}
	switch p.Exp.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		return cutFront(value, pattern.Value, star, p.Exp.Op == syntax.RemLargePrefix), true
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return cutBack(value, pattern.Value, star, p.Exp.Op == syntax.RemLargeSuffix), true
	}
	return "", false
}

func cutFront(value, pattern, star string, large bool) string {
	if !strings.HasPrefix(pattern, "*") {
		return strings.TrimPrefix(value, star)
	}
	i := strings.Index(value, star)
	if large {
		i = strings.LastIndex(value, star)
	}
	if i < 0 {
		return value
	}
	return value[i+len(star):]
}

func cutBack(value, pattern, star string, large bool) string {
	if !strings.HasSuffix(pattern, "*") {
		return strings.TrimSuffix(value, star)
	}
	i := strings.LastIndex(value, star)
	if large {
		i = strings.Index(value, star)
	}
	if i < 0 {
		return value
	}
	return value[:i]
}
