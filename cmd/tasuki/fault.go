package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/tasuki-jobs/tasuki/store"
)

// Exit codes; doc.go and --help list them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 64 // EX_USAGE
	exitUnavailable = 69 // EX_UNAVAILABLE
	exitSignal      = 128
)

// A fault is an error as it is printed: what was being done, why it failed, and
// how to mend it.
type fault struct {
	doing string
	why   error
	hint  string
	code  int // 0: from why
}

func (f *fault) Error() string { return f.doing + ": " + f.why.Error() }
func (f *fault) Unwrap() error { return f.why }

// wrong is a fault of the user's input.
func wrong(doing, hint, format string, args ...any) error {
	return &fault{doing: doing, why: fmt.Errorf(format, args...), hint: hint, code: exitUsage}
}

// failed is a fault whose code and hint its cause knows.
func failed(doing string, why error) error {
	if why == nil {
		return nil
	}
	return &fault{doing: doing, why: why}
}

// report prints err, if any, and answers the exit code.
func (c *caller) report(err error) int {
	if err == nil {
		return exitOK
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	if s, ok := c.interrupted(); ok {
		fmt.Fprintf(c.err, "tasuki: ended by %v: %s\n", s.Signal, plain(err.Error()))
		return exitSignal + int(s.Signal)
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitSignal + int(syscall.SIGPIPE) // who read the output has enough
	}
	text, hint := cutHint(err.Error())
	var f *fault
	if errors.As(err, &f) && f.hint != "" {
		hint = f.hint
	}
	fmt.Fprintln(c.err, folded(c.err, "tasuki: "+plain(text)))
	if hint != "" {
		fmt.Fprintln(c.err, folded(c.err, "hint: "+plain(hint)))
	}
	return codeOf(err)
}

// An exitCode ends the command without a further word.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func codeOf(err error) int {
	var f *fault
	for e := err; errors.As(e, &f); e = f.why {
		if f.code != 0 {
			return f.code
		}
	}
	if errors.Is(err, store.ErrInvalid) {
		return exitUsage
	}
	return exitFailed
}

const hintMark = "(hint: "

// cutHint takes the "(hint: …)" out of an error's text: libraries say it in
// their one line, people read it on a line of its own.
func cutHint(text string) (rest, hint string) {
	before, after, found := strings.Cut(text, hintMark)
	if !found {
		return text, ""
	}
	depth := 1
	for i, r := range after {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return strings.TrimSpace(before) + after[i+1:], after[:i]
		}
	}
	return strings.TrimSpace(before), after
}
