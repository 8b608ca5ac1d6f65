package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"strings"

	"golang.org/x/term"
)

// bulk are the flags of whatever changes many things at once.
type bulk struct {
	Yes    bool `short:"y" help:"Do not ask."`
	DryRun bool `help:"Say what would be done, and change nothing."`
}

// sure asks whoever typed the command whether to do it, unless --yes said so. In
// a pipe nobody can be asked, so nothing is done.
func (c *caller) sure(b bulk, question string) error {
	if b.Yes {
		return nil
	}
	in, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return wrong("asking "+question, "--yes does it without asking, --dry-run shows what it would change",
			"nobody can answer: standard input is no terminal; nothing was changed")
	}
	c.ask("%s [y/N] ", question)
	answer, err := c.readLine()
	switch {
	case err != nil:
		c.note("")
		return failed("asking "+question, errors.New("nothing was changed"))
	case answer != "y" && answer != "yes":
		c.note("nothing was changed")
		return exitCode(exitFailed)
	}
	return nil
}

// readLine reads an answer; a signal ends the wait. The reading itself cannot be
// ended: it ends with the process, which has nothing else to read.
func (c *caller) readLine() (string, error) {
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(c.in).ReadString('\n')
		line <- strings.ToLower(strings.TrimSpace(text))
	}()
	select {
	case text := <-line:
		return text, nil
	case <-c.ctx.Done():
		return "", context.Cause(c.ctx)
	}
}

// heed makes a signal end c's context instead of the process, so that what was
// done until then can be said.
func (c *caller) heed() (end func()) {
	c.ctx, end = untilSignal(c.ctx)
	return end
}

// interrupted answers the signal that ended c's context, if one did.
func (c *caller) interrupted() (signalError, bool) {
	var s signalError
	return s, errors.As(context.Cause(c.ctx), &s)
}
