package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
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

	// copies says how many rows a file gets from the demo's workers; nil: one.
	// Tests plant faults here.
	copies func(path string) int
}

// width is how many columns the output has on a terminal, 0 in a pipe.
func (c *caller) width() int {
	width, _ := terminalOf(c.out)
	if width == nil {
		return 0
	}
	return width()
}

// terminalOf answers how wide the terminal is that w writes to, and whether it
// may be painted; nil if it is none, or one that cannot move its cursor.
func terminalOf(w io.Writer) (width func() int, colour bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil, false
	}
	return func() int {
		n, _, err := term.GetSize(int(f.Fd()))
		if err != nil || n <= 0 {
			return 80
		}
		return n
	}, os.Getenv("NO_COLOR") == ""
}

// folded is a text broken between words where the terminal that w is would break it within one.
func folded(w io.Writer, s string) string {
	width, _ := terminalOf(w)
	if width == nil {
		return s
	}
	return text.Wrap(s, width())
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

// ask is a note without its line's end.
func (c *caller) ask(format string, args ...any) {
	fmt.Fprint(c.err, plain(fmt.Sprintf(format, args...)))
}

func wrote(err error) error {
	if err == nil {
		return nil
	}
	return &fault{doing: "writing the output", why: err, code: exitFailed}
}

// silent is a log that nobody reads.
func (c *caller) silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
