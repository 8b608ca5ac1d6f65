package chain

import (
	"strings"

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
func (c *call) builtin(words []deploy.Text) bool {
	t, name := c.tour, words[0].Value
	if words[0].Open {
		return false
	}
	if f, ok := t.funcs[name]; ok {
		c.function(f, words[1:])
		return true
	}
	switch name {
	case "trap":
		c.setTrap(words[1:])
	case "wait":
		t.children.wait(waits{fatal: t.state.errexit && !c.guarded, trap: t.trap}, t.looped > 0)
	case "exit":
		t.ended = t.ended || c.here()
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
		c.read(words[1:])
	case "eval":
		c.eval(words[1:])
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
func (c *call) function(f function, args []deploy.Text) {
	t, w := c.tour, c.where
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
func (c *call) read(words []deploy.Text) {
	if len(words) == 0 || words[0].Open {
		return
	}
	t := c.tour
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
	t.include(content, false, c.where) // other scripts read it too
	t.state.args, t.state.others = before, others
}

// eval goes through words that become a piece of shell.
func (c *call) eval(words []deploy.Text) {
	var all []string
	for _, v := range words {
		if v.Open {
			c.tour.open = "what eval runs is not known before the deploy: " + v.Value
			return
		}
		all = append(all, v.Value)
	}
	if len(words) > 0 {
		c.tour.include(deploy.Text{Value: strings.Join(all, " "), Pos: words[0].Pos}, false, c.where)
	}
}
