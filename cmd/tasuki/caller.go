package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// A caller is whoever typed the command: where to read and print, and what they
// chose for all commands.
type caller struct {
	ctx   context.Context
	in    io.Reader
	out   io.Writer
	err   io.Writer
	store string // the URL
	json  bool
}

// width is how many columns the output has on a terminal, 0 in a pipe.
func (c *caller) width() int {
	f, ok := c.out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		return 80
	}
	return w
}

// printJSON prints v on one line, or indented for a person at a terminal.
func (c *caller) printJSON(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	if c.width() > 0 {
		enc.SetIndent("", "  ")
	}
	return wrote(enc.Encode(v))
}

func (c *caller) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(c.out, format, args...)
	return wrote(err)
}

// note tells a person something that is no part of the output.
func (c *caller) note(format string, args ...any) { fmt.Fprintf(c.err, format+"\n", args...) }

func wrote(err error) error {
	if err == nil {
		return nil
	}
	return &fault{doing: "writing the output", why: err, code: exitFailed}
}
