package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

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

// find is a file that a command names, if it is in the repository.
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
