// Package chain follows a command from what the platform starts down to the worker, through
// inits, shells, scripts and wrappers, and says which of them keeps a stop signal from it.
package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A Role is what a program in front of a worker is.
type Role int

// The roles.
const (
	Wrapper   Role = iota // execs what follows, or passes signals to it
	Init                  // passes signals to its child, and ends with it
	OurInit               // passes signals to the worker itself, past whatever is in between
	Services              // s6-overlay: ends services first, and what it was given as its command last
	Shell                 // runs a string
	Script                // runs a file
	Runner                // npm and its like
	Switcher              // su
	Timer                 // timeout
	DevRunner             // restarts what it runs when files change
	Deaf                  // hears no signal: xargs
)

// A Trap is what becomes of a stop signal on its way.
type Trap string

// The traps, each with what is found.
const (
	None           Trap = ""
	NotExec        Trap = "not-exec"        // a shell starts the worker as its child
	Pipe           Trap = "pipe"            // the worker is a part of a pipeline
	Redirect       Trap = "redirect"        // bash would exec, but for a redirection
	Background     Trap = "background"      // the worker is started with &
	WaitOnce       Trap = "wait-once"       // a trap passes the signal on, and the one wait it interrupts is the end
	TrapExits      Trap = "trap-exits"      // a trap ends the script, and the worker with it
	TrapForeground Trap = "trap-foreground" // a trap runs only when the worker has ended
	Kills          Trap = "kills"           // the program ends the worker on a signal, or by itself
	Ignores        Trap = "ignores"         // the program neither passes the signal on nor ends
)

// A Link is a program that stands between the platform and the worker.
type Link struct {
	Role    Role
	Name    string     // as people know it: "sh -c", "bin/entry.sh", "npm run worker"
	Pos     deploy.Pos // where it is started
	At      deploy.Pos // where it starts the next one, if that stands in another place
	Trap    Trap
	Luck    bool // the trap is open only where another base image has another sh
	Implied bool // the platform adds it: the shell of a string
	Family  deploy.Family
	Limit   string // of a Timer
	Groups  bool   // an init that signals the whole process group
	Next    string // the command that it starts, as it is written there, without assignments in front
	Lead    string // the assignments in front of Next
	Strange bool   // a script that is not here: it is taken for one that becomes what it is given
	More    bool   // something may follow that command: exec would leave it out

	// Offset is where Next stands in its string or script, if an exec may be put in front of
	// it; -1: it may not.
	Offset int
}

// A Chain is the way from the platform to a worker.
type Chain struct {
	Links   []Link
	Worker  *worker.Found          // nil: none that is known
	Program []deploy.Text          // what is started in the end, as far as it could be followed
	Env     map[string]deploy.Text // variables that are set on the way
	Dir     string                 // where it is started, as far as scripts change that: a cd
	Open    string                 // why it could not be followed further; empty: it could
}

// Trapped is the link that keeps a signal from the worker: the outermost of those that surely
// do, or else of those that do on other base images.
func (c *Chain) Trapped() (int, *Link) {
	at := -1
	for i := range c.Links {
		switch l := &c.Links[i]; {
		case l.Role == OurInit && at < 0:
			return -1, nil
		case l.Role == OurInit:
			return at, &c.Links[at]
		case l.Trap != None && !l.Luck:
			return i, l
		case l.Trap != None && at < 0:
			at = i
		}
	}
	if at < 0 {
		return -1, nil
	}
	return at, &c.Links[at]
}

// InitBefore is the init in front of a link.
func (c *Chain) InitBefore(i int) *Link {
	for j := i - 1; j >= 0; j-- {
		if c.Links[j].Role == Init {
			return &c.Links[j]
		}
	}
	return nil
}

// Inside is the first link of a role behind another one that loses the signal too.
func (c *Chain) Inside(i int, role Role) *Link {
	for j := i + 1; i >= 0 && j < len(c.Links); j++ {
		if c.Links[j].Role == role && c.Links[j].Trap != None {
			return &c.Links[j]
		}
	}
	return nil
}

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

// join puts what a link starts behind it.
func (c *Chain) join(l Link, rest *Chain) {
	c.Links = append(append(c.Links, l), rest.Links...)
	c.Worker, c.Program, c.Open = rest.Worker, rest.Program, rest.Open
	if rest.Dir != "" {
		c.Dir = rest.Dir
	}
	for name, value := range rest.Env {
		c.Env[name] = value
	}
}

// afterFlags are the words behind the options in front of them; the ones named have a value
// of their own in the next word.
func afterFlags(words []deploy.Text, withValue ...string) []deploy.Text {
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") && words[0].Value != "-" {
		w := words[0].Value
		words = words[1:]
		if w == "--" {
			return words
		}
		for _, name := range withValue {
			if w == name && len(words) > 0 {
				words = words[1:]
			}
		}
	}
	return words
}

// joined is a path below another one, as a shell would find it.
func joined(dir, name string) string {
	if dir == "" || path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}
