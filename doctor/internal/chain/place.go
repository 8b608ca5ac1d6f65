package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A Place is what a command runs in.
type Place struct {
	Family deploy.Family // what sh is; empty: nobody knows
	Known  worker.Known
	Env    func(name string) (deploy.Text, bool)

	// Overlay says that /init is that of s6-overlay.
	Overlay bool

	// Script is a file that a command names: its content, and where that begins.
	Script func(name string) (deploy.Text, bool)

	// NPM is what a script of the package.json in a folder runs, and where that stands.
	NPM func(dir, script string) (deploy.Text, bool)

	dir   string
	spent *int // programs that were looked at in all
}

// Bounds of what is followed. Real deployments are far from them.
const (
	deepest = 20   // programs that start each other
	busiest = 1000 // programs in all
)

// tooDeep is why a chain is not followed to its end.
const tooDeep = "too many programs start each other"

// Follow follows words to the worker.
func Follow(words []deploy.Text, in Place) *Chain {
	in.spent = new(int)
	return in.follow(words, 0)
}

func (in Place) follow(words []deploy.Text, depth int) *Chain {
	c := &Chain{Env: map[string]deploy.Text{}, Dir: in.dir}
	for range deepest {
		*in.spent++
		if c.Program = words; len(words) == 0 {
			return c
		}
		if depth > deepest || *in.spent > busiest {
			c.Open = tooDeep
			return c
		}
		words = in.named(words)
		if words[0].Open {
			c.Open = words[0].Value + " is not known before the deploy"
			return c
		}
		in.dir = c.Dir
		if words = in.developing(c, words, depth); len(words) == 0 {
			return c
		}
		if found, ok := in.Known.Recognise(words); ok {
			c.Worker, c.Program = found, found.Words
			return c
		}
		if w, ok := in.Known.Unsaid(words); ok {
			c.Open = "what " + path.Base(words[0].Value) + " is to do is not known before the deploy: " + w.Value
		}
		rest, ok := in.step(c, words, depth)
		if !ok {
			return c
		}
		words = rest
	}
	return c
}

// named are words with the program's name where a variable of that name has it (Celery's own units
// and scripts start "${CELERY_BIN}"), or where its folder alone is not known: "$BIN"/sidekiq.
func (in Place) named(words []deploy.Text) []deploy.Text {
	first := words[0]
	name := path.Base(strings.Trim(first.Value, `"`))
	switch {
	case !first.Open:
		return words
	case strings.Trim(first.Value, `${}"`) == "CELERY_BIN":
		name = "celery"
	case !strings.Contains(first.Value, "/"), strings.ContainsAny(name, "$`(){}*\"' "):
		return words
	}
	known := append([]deploy.Text{{Value: name, Pos: first.Pos}}, words[1:]...)
	if _, ok := in.Known.Recognise(known); ok || launchers[name] || name == "celery" {
		return known
	}
	return words
}

// step passes one program: what it starts is what is left. Where it starts it out of a
// string or a file the rest of the chain is joined, and nothing is left.
func (in Place) step(c *Chain, words []deploy.Text, depth int) (rest []deploy.Text, ok bool) {
	name := path.Base(words[0].Value)
	switch {
	case in.Overlay && words[0].Value == "/init":
		c.Links = append(c.Links, Link{Role: Services, Name: "s6-overlay", Pos: words[0].Pos})
		return words[1:], len(words) > 1
	case inits[name]:
		return in.init(c, words)
	case name == "tasuki" && isOurs(words):
		return ourInit(c, words)
	case shells[name] != "":
		return nil, in.shell(c, words, depth)
	case name == "env" && splits(words):
		return nil, in.envString(c, words, depth)
	case wrappers[name] != nil:
		rest := wrappers[name](c, words)
		return rest, len(rest) > 0
	case runners[name]:
		return in.runner(c, words, depth)
	case name == "node" && nodeRuns(words):
		return in.nodeRun(c, words, depth)
	case name == "su" || name == "runuser":
		return in.switcher(c, words, depth)
	case name == "xargs", name == "parallel", name == "watch", name == "script":
		return deaf(c, words)
	}
	if rest := in.stranger(words, depth); rest != nil {
		c.Links = append(c.Links, Link{Role: Wrapper, Name: words[0].Value, Pos: words[0].Pos, Strange: true})
		return rest, true
	}
	return nil, in.file(c, words, depth)
}

// deaf passes a program that starts others and leaves signals to their default.
func deaf(c *Chain, words []deploy.Text) ([]deploy.Text, bool) {
	c.Links = append(c.Links, Link{Role: Deaf, Name: path.Base(words[0].Value), Pos: words[0].Pos, Trap: Ignores, Offset: -1})
	rest := afterFlags(words[1:], "-I", "-n", "-P", "-L", "-a", "-d", "-s", "-E", "--max-args", "--max-procs", "--interval", "-j")
	return rest, len(rest) > 0
}

// joined is a path below another one, as a shell would find it.
func joined(dir, name string) string {
	if dir == "" || path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}
