package chain

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
