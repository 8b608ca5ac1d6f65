package chain

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A trap is what a script does on the stop signal.
type trap struct {
	term, exit bool // there is one for TERM; one for the end
	other      bool // one for another signal: enough to keep a shell in front of its command
	ignores    bool // '': nobody hears it, the worker neither
	passes     bool // it sends a signal
	waits      bool // it waits for what it has sent it to
	exits      bool // it ends the script
}

func (r trap) any() bool { return r.term || r.exit || r.other }

// named are the signals that a trap is set for, or taken from.
func named(signals []deploy.Text) (what trap) {
	for _, s := range signals {
		switch strings.TrimPrefix(strings.ToUpper(s.Value), "SIG") {
		case "TERM", "15":
			what.term = true
		case "EXIT", "0":
			what.exit = true
		default:
			what.other = true
		}
	}
	return what
}

// setTrap remembers a trap: what it does counts where it is one for TERM; - takes one away.
func (c *call) setTrap(words []deploy.Text) {
	words = afterFlags(words)
	if len(words) < 2 {
		return
	}
	now, what := &c.tour.trap, named(words[1:])
	switch {
	case words[0].Value == "-":
		now.term, now.exit = now.term && !what.term, now.exit && !what.exit
	case what.term:
		what.exit, what.other = what.exit || now.exit, what.other || now.other
		what.ignores = words[0].Value == "" && !words[0].Open
		c.handles(words[0], &what)
		*now = what
	case what.exit: // one for the end changes nothing about one for the signal
		now.exit = true
	default:
		now.other = true
	}
}

// handles looks at what a trap does: the text of a string, or a function.
func (c *call) handles(first deploy.Text, what *trap) {
	t, source := c.tour, first.Value
	for _, a := range c.expr.Args[1:] { // as it is written: its variables are known when it runs
		if w := t.word(a); w.Value == first.Value {
			source = strings.Trim(t.text.slice(a.Pos(), a.End()), `"'`)
			break
		}
	}
	file, err := parse(source)
	if err != nil {
		what.passes, what.waits = true, true // not known: for the script's good
		return
	}
	handler{what, t.funcs}.does(file, 0)
}

// A handler is the shell that a trap runs, by what it does about signals.
type handler struct {
	what  *trap
	funcs map[string]function // of the script
}

// does adds what a piece of it does.
func (h handler) does(n syntax.Node, depth int) {
	if n == nil || depth > 5 {
		return
	}
	steps := 0
	syntax.Walk(n, func(n syntax.Node) bool {
		steps++
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return steps < mostSteps
		}
		switch name := call.Args[0].Lit(); name {
		case "kill", "pkill", "killall", "kill_all", "gosu", "su-exec", "supervisorctl":
			h.what.passes = h.what.passes || !kills(call)
		case "wait":
			h.what.waits = true
		case "exit":
			h.what.exits = true
		default:
			if f, ok := h.funcs[name]; ok {
				h.does(f.body, depth+1)
			}
		}
		return steps < mostSteps
	})
	if loops(n) && h.what.passes {
		h.what.waits = true // while kill -0 $pid; do sleep 1; done
	}
}

// kills says whether a call of kill sends KILL.
func kills(call *syntax.CallExpr) bool {
	for _, a := range call.Args[1:] {
		switch strings.ToUpper(a.Lit()) {
		case "-9", "-KILL", "-SIGKILL", "KILL":
			return true
		}
	}
	return false
}

// loops says whether a piece of shell has a loop.
func loops(n syntax.Node) (found bool) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if _, ok := n.(*syntax.WhileClause); ok {
			found = true
		}
		return !found
	})
	return found
}
