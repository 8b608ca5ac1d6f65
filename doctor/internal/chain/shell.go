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

// joinRun joins what a shell runs. Where it stays in front only because of which sh an
// image has, a shell that is named is sure to be that one.
func (in Place) joinRun(c *Chain, l Link, r run, named bool) {
	l.Trap, l.At, l.Lead, l.Next, l.More, l.Luck, l.Offset = r.trap, r.at, r.lead, r.next, r.more, r.luck, r.offset
	if named && r.luck {
		l.Trap, l.Luck = None, false
	}
	c.join(l, r.chain)
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
