package chain

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A text is a piece of shell: the script itself, a file that it reads, a string that it
// evaluates.
type text struct {
	base   deploy.Text
	edited bool // an edit of it makes sense: it stands in a file as it is
}

// pos is the place of a line of the script. A string that stands on one line of its file
// is there as a whole.
func (x *text) pos(line int) deploy.Pos {
	p := x.base.Pos
	if p.Known() && p.Line > 0 && strings.Contains(x.base.Value, "\n") && p.Last == 0 {
		p.Line += line - 1
	}
	return p
}

// slice is a part of the script as it is written.
func (x *text) slice(from, to syntax.Pos) string {
	source := x.base.Value
	a, b := min(int(from.Offset()), len(source)), min(int(to.Offset()), len(source))
	if a > b {
		return ""
	}
	return strings.TrimSpace(source[a:b])
}

// execable says whether exec may stand in front of a program with its first word: it stands on
// one line, which has it once.
func (x *text) execable(word *syntax.Word, next string) bool {
	if !x.edited || next == "" || strings.Contains(next, "\n") || shellWords[word.Lit()] {
		return false
	}
	source := x.base.Value
	at := min(int(word.Pos().Offset()), len(source))
	first := strings.LastIndexByte(source[:at], '\n') + 1
	line, _, _ := strings.Cut(source[first:], "\n")
	return strings.Count(line, next) == 1
}
