package chain

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// call is a program that the script starts, or a word of the shell itself.
func (t *tour) call(c *syntax.CallExpr, w where) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			t.assign(a)
		}
		return
	}
	words, v := t.words(c), t.visit(c)
	if v.mark(); len(words) > 0 && t.builtin(words, c, w) {
		return
	}
	before := len(t.stops)
	exec := len(words) > 0 && t.begin(c, words, w)
	if args := t.state.args; len(args) == 0 && t.spreads(c) {
		for _, other := range t.state.others {
			t.state.args = other
			exec = t.begin(c, t.words(c), w) || exec
		}
		t.state.args = args
	}
	v.stops = append(v.stops, t.stops[before:]...)
	v.mark()
	t.ended = t.ended || exec && !w.piped && !w.background && !w.subshell
}

// words are those that a call becomes.
func (t *tour) words(c *syntax.CallExpr) (words []deploy.Text) {
	for _, a := range c.Args {
		if words = append(words, t.fields(a)...); len(words) > mostArgs {
			break
		}
	}
	return words
}

// spreads says whether a call has "$@" in it.
func (t *tour) spreads(c *syntax.CallExpr) bool {
	return slices.ContainsFunc(c.Args, func(a *syntax.Word) bool { name, all := spread(a); return all && name == "" })
}

// begin starts what the words say; exec: in place of the script.
func (t *tour) begin(c *syntax.CallExpr, words []deploy.Text, w where) (exec bool) {
	if len(words) == 0 {
		return false
	}
	if exec = words[0].Value == "exec" && !words[0].Open; exec {
		if words = afterFlags(words[1:], "-a"); len(words) == 0 {
			return false // it redirects all that follows
		}
	}
	for _, words := range t.chosen(words) {
		t.start(c, words, exec, w)
	}
	return exec
}

// chosen are the words with each of the values that an uncertain variable in front may hold.
func (t *tour) chosen(words []deploy.Text) [][]deploy.Text {
	if !words[0].Open {
		return [][]deploy.Text{words}
	}
	name := strings.Trim(words[0].Value, `"${}`)
	name = strings.TrimSuffix(name, "[@]")
	may := t.state.choices[name]
	if len(may) == 0 {
		return [][]deploy.Text{words}
	}
	var all [][]deploy.Text
	for _, value := range may {
		all = append(all, append(split(deploy.Text{Value: value, Pos: words[0].Pos}), words[1:]...))
	}
	return all
}

func split(text deploy.Text) []deploy.Text {
	var all []deploy.Text
	for _, part := range strings.Fields(text.Value) {
		all = append(all, deploy.Text{Value: part, Pos: text.Pos})
	}
	return all
}

// start follows a program that the script starts.
func (t *tour) start(c *syntax.CallExpr, words []deploy.Text, exec bool, w where) {
	if len(words) == 0 || *t.in.spent > busiest {
		return
	}
	s := &stop{exec: exec && !w.piped && !w.background && !w.subshell, where: w, trapped: t.trap.any(), at: t.pos(int(c.Pos().Line())), offset: -1}
	env := map[string]deploy.Text{}
	for _, a := range c.Assigns {
		if a.Name != nil {
			env[a.Name.Value] = t.word(a.Value)
		}
	}
	s.lead, s.next = t.slice(c.Pos(), c.Args[0].Pos()), t.slice(c.Args[0].Pos(), c.End())
	if t.looped > 0 {
		s.last = false
	}
	if t.execable(c, s) {
		s.offset = int(c.Args[0].Pos().Offset())
	}
	s.chain = t.ride(words, env)
	t.stops = append(t.stops, s)
}

// slice is a part of the script as it is written.
func (t *tour) slice(from, to syntax.Pos) string {
	source := t.text.base.Value
	a, b := min(int(from.Offset()), len(source)), min(int(to.Offset()), len(source))
	if a > b {
		return ""
	}
	return strings.TrimSpace(source[a:b])
}

// execable says whether exec may stand in front of it: it is a program, and stands on one
// line, which has it once.
func (t *tour) execable(c *syntax.CallExpr, s *stop) bool {
	if !t.text.edited || s.next == "" || strings.Contains(s.next, "\n") || shellWords[c.Args[0].Lit()] {
		return false
	}
	source := t.text.base.Value
	at := min(int(c.Args[0].Pos().Offset()), len(source))
	first := strings.LastIndexByte(source[:at], '\n') + 1
	line, _, _ := strings.Cut(source[first:], "\n")
	return strings.Count(line, s.next) == 1
}

// ride follows a program with the variables that it has.
func (t *tour) ride(words []deploy.Text, env map[string]deploy.Text) *Chain {
	in, outer := t.in, t.in.Env
	in.dir = t.state.dir
	in.Env = func(name string) (deploy.Text, bool) {
		if v, ok := env[name]; ok {
			return v, true
		}
		if v, ok := t.state.vars[name]; ok {
			return v, true
		}
		if outer == nil {
			return deploy.Text{}, false
		}
		return outer(name)
	}
	c := in.follow(words, t.f.depth)
	if c.Worker == nil {
		return c
	}
	for name, value := range t.state.vars {
		if _, ok := c.Env[name]; !ok {
			c.Env[name] = value
		}
	}
	for name, value := range env {
		c.Env[name] = value
	}
	return c
}

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
		t.shift(words[1:])
	case "set":
		t.set(words[1:])
	case "cd":
		t.cd(words[1:])
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

func (t *tour) shift(words []deploy.Text) {
	n := 1
	if len(words) > 0 {
		n, _ = strconv.Atoi(words[0].Value)
	}
	if n >= 0 && n <= len(t.state.args) {
		t.state.args = t.state.args[n:]
	}
}

// set is set -e and set -- WORDS.
func (t *tour) set(words []deploy.Text) {
	for i, w := range words {
		switch v := w.Value; {
		case v == "--":
			t.state.setArgs(words[i+1:])
			return
		case short(v, 'e'), v == "-o" && i+1 < len(words) && words[i+1].Value == "errexit":
			t.state.errexit = true
		case len(v) > 1 && v[0] == '+' && strings.Contains(v, "e"):
			t.state.errexit = false
		case !strings.HasPrefix(v, "-") && !strings.HasPrefix(v, "+") && (i == 0 || !valued(words[i-1].Value)):
			t.state.setArgs(words[i:])
			return
		}
	}
}

func (t *tour) cd(words []deploy.Text) {
	words = afterFlags(words)
	if len(words) == 1 && !words[0].Open && words[0].Value != "-" {
		t.state.dir = joined(t.state.dir, words[0].Value)
	}
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

// name0 is what the script was started as.
func (t *tour) name0() (string, bool) {
	return t.f.name.Value, t.f.name.Value != "" && !t.f.name.Open
}

// dirname is `dirname "$0"`, by which scripts find their neighbours.
func (t *tour) dirname(c *syntax.CmdSubst) (string, bool) {
	if len(c.Stmts) != 1 {
		return "", false
	}
	call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) < 2 || len(call.Args) > 3 {
		return "", false
	}
	value := t.word(call.Args[len(call.Args)-1])
	switch call.Args[0].Lit() {
	case "dirname":
		return path.Dir(value.Value), !value.Open
	case "basename":
		return path.Base(value.Value), !value.Open
	case "readlink", "realpath", "which":
		return value.Value, !value.Open
	case "command":
		return value.Value, !value.Open && call.Args[1].Lit() == "-v"
	case "printf", "echo":
		return value.Value, !value.Open && len(call.Args) == 2
	}
	return "", false
}
