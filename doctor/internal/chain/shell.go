package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A frame is what a string or a script is run in.
type frame struct {
	family  deploy.Family
	args    []deploy.Text // $1 and so on; nil: not known
	name    deploy.Text   // $0
	file    bool          // it is a file, of which no shell execs the last command
	errexit bool          // set -e from the start
	depth   int
}

// A run is what became of a string or a script: the rest of the chain, and what its shell
// does to a signal for it.
type run struct {
	chain  *Chain
	trap   Trap
	luck   bool
	at     deploy.Pos
	lead   string
	next   string
	more   bool
	offset int
}

// shell passes a shell: its string, or the script that it reads.
func (in Place) shell(c *Chain, words []deploy.Text, depth int) bool {
	name := path.Base(words[0].Value)
	args := words[1:]
	if name == "busybox" {
		if len(args) == 0 || shells[args[0].Value] == "" {
			return false
		}
		args = args[1:]
	}
	text, rest, ok := commandString(args)
	errexit := exits(args[:len(args)-len(rest)])
	if ok {
		l := Link{Role: Shell, Name: name + " -c", Pos: words[0].Pos, Implied: words[0].Implied, Family: in.family(name)}
		f := frame{family: l.Family, args: []deploy.Text{}, depth: depth + 1, errexit: errexit}
		if len(rest) > 0 {
			f.name, f.args = rest[0], rest[1:]
		}
		in.joinRun(c, l, in.inside(text, f), name != "sh")
		return false
	}
	if len(rest) == 0 {
		return false // a shell that a person types into
	}
	l := Link{Role: Script, Name: name + " " + path.Base(rest[0].Value), Pos: words[0].Pos, Family: in.family(name)}
	return in.script(c, rest, l, frame{errexit: errexit, depth: depth})
}

// exits says whether a shell's options have -e.
func exits(options []deploy.Text) bool {
	for i, o := range options {
		if short(o.Value, 'e') || o.Value == "errexit" && i > 0 && strings.HasSuffix(options[i-1].Value, "o") {
			return true
		}
	}
	return false
}

// commandString is the string behind -c, also where it is one of a cluster (-lc), and what
// stands behind it; or what stands behind the options.
func commandString(args []deploy.Text) (text deploy.Text, rest []deploy.Text, ok bool) {
	for i := 0; i < len(args); i++ {
		w := args[i].Value
		switch {
		case w == "--" && !ok:
			return text, args[min(i+1, len(args)):], false
		case w == "--":
		case short(w, 'c'):
			ok = true
			if valued(w) {
				i++
			}
		case valued(w), w == "--rcfile", w == "--init-file":
			i++
		case len(w) > 1 && (w[0] == '-' || w[0] == '+') && !args[i].Open:
		case ok:
			return args[i], args[i+1:], true
		default:
			return text, args[i:], false
		}
	}
	return text, nil, false
}

// valued says whether a cluster of options ends with one that has a value: -eo pipefail.
func valued(w string) bool {
	return len(w) > 1 && (w[0] == '-' || w[0] == '+') && w[1] != '-' && strings.ContainsAny(w[len(w)-1:], "oO")
}

// joinRun joins what a shell runs. Where it stays in front only because of which sh an
// image has, a shell that is named is sure to be that one.
func (in Place) joinRun(c *Chain, l Link, r run, named bool) {
	l.Trap, l.At, l.Lead, l.Next, l.More, l.Luck, l.Offset = r.trap, r.at, r.lead, r.next, r.more, r.luck, r.offset
	if named && r.luck {
		l.Trap, l.Luck = None, false
	}
	c.join(l, r.chain)
}

// file passes a program that may be a script of the repository: what its first line names
// is started with it.
func (in Place) file(c *Chain, words []deploy.Text, depth int) bool {
	content, ok := in.find(words[0].Value)
	if !ok {
		if strings.Contains(words[0].Value, "/") && !in.Known.Knows(words[0].Value) {
			c.Open = words[0].Value + " is not in this repository"
		}
		return false
	}
	first, _, _ := strings.Cut(content.Value[:min(len(content.Value), 300)], "\n")
	line, ok := strings.CutPrefix(first, "#!")
	fields := strings.Fields(line)
	if !ok || len(fields) == 0 {
		return false
	}
	var program []deploy.Text
	for _, f := range fields {
		program = append(program, deploy.Text{Value: f, Pos: words[0].Pos})
	}
	if path.Base(fields[0]) == "env" {
		program = assigned(&Chain{Env: map[string]deploy.Text{}}, afterFlags(program[1:]))
	}
	for len(program) > 1 && shells[path.Base(program[0].Value)] == "" { // with-contenv bash, dumb-init /bin/sh
		rest, ok := in.step(c, program, deepest)
		if !ok {
			return false
		}
		program = rest
	}
	if len(program) == 0 || shells[path.Base(program[0].Value)] == "" {
		return false
	}
	l := Link{Role: Script, Name: path.Base(words[0].Value), Pos: words[0].Pos, Family: in.family(path.Base(program[0].Value))}
	return in.script(c, words, l, frame{errexit: exits(program[1:]), depth: depth})
}

func (in Place) find(name string) (deploy.Text, bool) {
	if in.Script == nil || *in.spent > busiest {
		return deploy.Text{}, false
	}
	*in.spent++
	return in.Script(joined(in.dir, name))
}

// script passes a script and follows what it starts.
func (in Place) script(c *Chain, words []deploy.Text, l Link, f frame) bool {
	text, ok := in.find(words[0].Value)
	if !ok {
		c.join(l, &Chain{Program: words, Open: "the script " + words[0].Value + " is not in this repository"})
		return false
	}
	f.family, f.args, f.name, f.file, f.depth = l.Family, words[1:], words[0], true, f.depth+1
	text.Value = strings.TrimRight(text.Value, "\n")
	in.joinRun(c, l, in.inside(text, f), false)
	return false
}

// inside follows what a shell is given to run.
func (in Place) inside(text deploy.Text, f frame) run {
	switch {
	case text.Open && !strings.Contains(text.Value, " "): // nothing of it is known
		return run{chain: &Chain{Open: "what the shell runs is not known before the deploy"}, offset: -1}
	case f.depth > deepest, *in.spent > busiest:
		return run{chain: &Chain{Open: tooDeep}, offset: -1}
	}
	if text.Open {
		in.Env = unset
	}
	t := newTour(in, f)
	if err := t.source(text); err != nil {
		return run{chain: &Chain{Open: err.Error()}, offset: -1}
	}
	return t.choose()
}

// unset are the variables of a string in which the platform has left some: whose a ${NAME} in it is,
// the platform's or the shell's, cannot be told, and what it holds neither.
func unset(name string) (deploy.Text, bool) {
	return deploy.Text{Value: "${" + name + "}", Open: true}, true
}
