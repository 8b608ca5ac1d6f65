// Package shell reads shell scripts, within what their parser survives.
package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The parser goes down for all that begins within something, and has no end of its own: a program
// cannot go on from a stack that is full. Each opening may take 10 KB of it, each operator of
// arithmetic 3 KB, and a full one has 1 GB.
const (
	mostText      = 1 << 20
	mostOpen      = 50_000
	mostOperators = 100_000
)

// ErrTooLarge is of a text that nobody writes by hand.
var ErrTooLarge = errors.New("it is longer, or holds more within each other, than a script that somebody wrote")

// Parse reads a piece of shell, bash's or POSIX'.
func Parse(source string) (*syntax.File, error) {
	file, err := Bash(source)
	if err == nil || errors.Is(err, ErrTooLarge) {
		return file, err
	}
	if file, err := parse(source, syntax.LangPOSIX); err == nil {
		return file, nil
	}
	return nil, err
}

// Bash reads a piece of bash's.
func Bash(source string) (*syntax.File, error) {
	if len(source) > mostText || Opens(source) > mostOpen || operators(source) > mostOperators {
		return nil, ErrTooLarge
	}
	return parse(source, syntax.LangBash)
}

func parse(source string, variant syntax.LangVariant) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(variant)).Parse(strings.NewReader(source), "")
	if err != nil {
		return nil, fmt.Errorf("it cannot be read as a shell would: %w", err)
	}
	return file, nil
}

// Opens counts what may begin something within something, closed or not: quotes and comments
// would make any count of what closes it wrong.
func Opens(source string) (n int) {
	n = count(source, "({[!$|&\"`<")
	for _, word := range []string{"if", "case", "while", "until", "for", "time", "coproc", "select"} {
		n += strings.Count(source, word+" ") + strings.Count(source, word+"\t") + strings.Count(source, word+"\n")
	}
	return n
}

// operators counts what binds to the right in arithmetic.
func operators(source string) int { return count(source, "=?:~+-*") }

func count(source, of string) (n int) {
	for i := range len(source) {
		if strings.IndexByte(of, source[i]) >= 0 {
			n++
		}
	}
	return n
}
