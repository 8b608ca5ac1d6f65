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

// setTrap remembers a trap for TERM: with something to do, not - .
func (t *tour) setTrap(c *syntax.CallExpr, words []deploy.Text) {
	words = afterFlags(words)
	if len(words) < 2 {
		return
	}
	what := trap{other: t.trap.other}
	reset := words[0].Value == "-"
	for _, s := range words[1:] {
		switch strings.TrimPrefix(strings.ToUpper(s.Value), "SIG") {
		case "TERM", "15":
			what.term = true
		case "EXIT", "0":
			what.exit = true
		default:
			what.other = what.other || !reset
		}
	}
	if !what.term && !what.exit {
		t.trap.other = what.other
		return
	}
	if reset {
		t.trap.term, t.trap.exit = t.trap.term && !what.term, t.trap.exit && !what.exit
		return
	}
	if !what.term { // one for the end changes nothing about one for the signal
		t.trap.exit = true
		return
	}
	what.exit = what.exit || t.trap.exit
	what.ignores = words[0].Value == "" && !words[0].Open
	t.handler(c, words[0], &what)
	t.trap = what
}

// handler looks at what a trap does: the text of a string, or a function.
func (t *tour) handler(c *syntax.CallExpr, first deploy.Text, what *trap) {
	source := first.Value
	for _, a := range c.Args[1:] { // as it is written: its variables are known when it runs
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
	t.does(file, what, 0)
}

// does adds what a piece of shell does about signals.
func (t *tour) does(n syntax.Node, what *trap, depth int) {
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
			what.passes = what.passes || !kills(call)
		case "wait":
			what.waits = true
		case "exit":
			what.exits = true
		default:
			if f, ok := t.funcs[name]; ok {
				t.does(f.body, what, depth+1)
			}
		}
		return steps < mostSteps
	})
	if loops(n) && what.passes {
		what.waits = true // while kill -0 $pid; do sleep 1; done
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
