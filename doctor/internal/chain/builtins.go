package chain

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// shellWords are words of the shell itself that matter to nobody here.
var shellWords = map[string]bool{
	"export": true, "umask": true, "ulimit": true, "echo": true, "printf": true, "true": true, "false": true, "test": true, "[": true,
	"alias": true, "local": true, "readonly": true, "kill": true, "sleep": true, "mkdir": true, "rm": true, "cp": true, "mv": true, "ln": true, "cat": true, "chmod": true, "chown": true,
	"find": true, "sed": true, "grep": true, "touch": true, "hash": true, "type": true, "shopt": true, "let": true, "jobs": true, "disown": true, "times": true, "pushd": true, "popd": true,
	"eval": true, "command": true, "builtin": true, ".": true, "source": true, ":": true,
}

// builtin does what the shell itself does with a word, as far as it matters here.
func (t *tour) builtin(words []deploy.Text, c *syntax.CallExpr, w where) bool {
	name := words[0].Value
	if words[0].Open {
		return false
	}
	if f, ok := t.funcs[name]; ok {
		t.function(f, words[1:], w)
		return true
	}
	switch name {
	case "trap":
		t.setTrap(c, words[1:])
	case "wait":
		t.wait(w)
	case "exit":
		t.ended = t.ended || !w.background && !w.piped && !w.subshell
	case "return":
		t.left = true
	case "shift":
		t.state.shift(words[1:])
	case "set":
		t.state.options(words[1:])
	case "cd":
		t.state.cd(words[1:])
	case "unset", "read", "getopts":
		for _, v := range words[1:] {
			t.state.set(v.Value, deploy.Text{Value: "$" + v.Value, Open: true})
		}
	case ".", "source":
		t.read(words[1:], w)
	case "eval":
		t.eval(words[1:], w)
	case "command", "builtin":
		return len(words) < 2 || strings.HasPrefix(words[1].Value, "-")
	case "exec":
		return false
	default:
		return shellWords[name]
	}
	return true
}

// function goes through a function of the script's own.
func (t *tour) function(f function, args []deploy.Text, w where) {
	if t.calls++; t.calls > mostCalls {
		t.open = tooMuch
		return
	}
	before, others, outer := t.state.args, t.state.others, t.text
	t.state.setArgs(args)
	t.text = f.text
	w.nested = true
	t.stmt(f.body, w)
	t.text, t.state.args, t.state.others, t.left = outer, before, others, false
}

// read goes through a file that the script reads as a part of itself.
func (t *tour) read(words []deploy.Text, w where) {
	if len(words) == 0 || words[0].Open {
		return
	}
	in := t.in
	in.dir = t.state.dir
	content, ok := in.find(words[0].Value)
	if !ok {
		return
	}
	before, others := t.state.args, t.state.others
	if len(words) > 1 {
		t.state.setArgs(words[1:])
	}
	content.Value = strings.TrimRight(content.Value, "\n")
	t.include(content, false, w) // other scripts read it too
	t.state.args, t.state.others = before, others
}

// eval goes through words that become a piece of shell.
func (t *tour) eval(words []deploy.Text, w where) {
	var all []string
	for _, v := range words {
		if v.Open {
			t.open = "what eval runs is not known before the deploy: " + v.Value
			return
		}
		all = append(all, v.Value)
	}
	if len(words) > 0 {
		t.include(deploy.Text{Value: strings.Join(all, " "), Pos: words[0].Pos}, false, w)
	}
}

// wait lets the programs in the background have been waited for once more.
func (t *tour) wait(w where) {
	for _, s := range t.stops {
		if s.background {
			if s.waits.n++; s.waits.n == 1 {
				s.waits.fatal, s.waits.trap = t.state.errexit && !w.guarded, t.trap
			}
			s.waits.loop = s.waits.loop || t.looped > 0
		}
	}
}
