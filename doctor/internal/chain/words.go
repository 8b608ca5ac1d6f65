package chain

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An expander makes words of what a piece of shell writes, with what its shell remembers.
type expander struct {
	in    Place
	f     frame
	text  *text
	state state
	steps int // statements and conditions that were looked at
}

// words are those that a command's words become.
func (e *expander) words(args []*syntax.Word) (words []deploy.Text) {
	for _, a := range args {
		if words = append(words, e.fields(a)...); len(words) > mostArgs {
			break
		}
	}
	return words
}

// fields are the words that one word of the script becomes: "$@" may become many.
func (e *expander) fields(w *syntax.Word) []deploy.Text {
	name, all := spread(w)
	switch {
	case all && name == "":
		if e.state.args == nil {
			return []deploy.Text{{Value: `"$@"`, Pos: e.text.pos(int(w.Pos().Line())), Open: true}}
		}
		return e.state.args
	case all && e.state.arrays[name] != nil:
		return e.state.arrays[name]
	}
	text := e.word(w)
	if bare(w) && !text.Open { // $VAR without quotes is split
		return split(text)
	}
	return []deploy.Text{text}
}

// spread finds "$@", "${@}", $* and their like, and "${name[@]}".
func spread(w *syntax.Word) (array string, all bool) {
	if len(w.Parts) != 1 {
		return "", false
	}
	part := w.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Exp != nil || p.Slice != nil || p.Repl != nil || p.Length || p.Excl {
		return "", false
	}
	if p.Index == nil {
		return "", p.Param.Value == "@" || p.Param.Value == "*"
	}
	index, ok := p.Index.(*syntax.Word)
	return p.Param.Value, ok && (index.Lit() == "@" || index.Lit() == "*")
}

// bare says whether a word is one variable, without quotes.
func bare(w *syntax.Word) bool {
	if len(w.Parts) != 1 {
		return false
	}
	_, ok := w.Parts[0].(*syntax.ParamExp)
	return ok
}

// word is a word's value; Open if it cannot be told.
func (e *expander) word(w *syntax.Word) deploy.Text {
	text := deploy.Text{Pos: e.text.base.Pos}
	if w == nil {
		return text
	}
	text.Pos = e.text.pos(int(w.Pos().Line()))
	b := &strings.Builder{}
	text.Open = !e.parts(b, w.Parts) || b.Len() > longest
	if text.Value = b.String(); text.Open {
		text.Value = e.text.slice(w.Pos(), w.End())
	}
	return text
}

func (e *expander) parts(b *strings.Builder, parts []syntax.WordPart) bool {
	for _, part := range parts {
		if !e.part(b, part) || b.Len() > longest {
			return false
		}
	}
	return true
}

func (e *expander) part(b *strings.Builder, part syntax.WordPart) bool {
	value, ok := "", true
	switch p := part.(type) {
	case *syntax.Lit:
		value = unescaped(p.Value)
	case *syntax.SglQuoted:
		value = p.Value
	case *syntax.DblQuoted:
		return e.parts(b, p.Parts)
	case *syntax.ParamExp:
		value, ok = e.param(p)
	case *syntax.CmdSubst:
		value, ok = e.dirname(p)
	case *syntax.ProcSubst:
		value = "/dev/fd/63"
	default:
		ok = false
	}
	b.WriteString(value)
	return ok
}

func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	s = strings.ReplaceAll(s, "\\\n", "")
	b := &strings.Builder{}
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// split are the words of a value that stands without quotes.
func split(text deploy.Text) []deploy.Text {
	var all []deploy.Text
	for _, part := range strings.Fields(text.Value) {
		all = append(all, deploy.Text{Value: part, Pos: text.Pos})
	}
	return all
}
