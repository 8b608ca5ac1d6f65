package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// runners start a program by way of a shell, and kill it on a signal.
var runners = map[string]bool{"npm": true, "npx": true, "yarn": true, "yarnpkg": true, "pnpm": true, "pnpx": true, "bun": true, "bunx": true}

// runnerValues are their flags that have a value of their own.
var runnerValues = []string{"--prefix", "-C", "-w", "--workspace", "--cwd", "--dir", "--filter", "-F", "-p", "--package"}

// runner follows npm run NAME into package.json, and npx PROGRAM to the program. bun that
// is given a file is no runner but what runs the file.
func (in Place) runner(c *Chain, words []deploy.Text, depth int) ([]deploy.Text, bool) {
	name := path.Base(words[0].Value)
	args := afterFlags(words[1:], runnerValues...)
	l := Link{Role: Runner, Name: name, Pos: words[0].Pos, Trap: Kills, Offset: -1}
	flags := words[1 : len(words)-len(args)]
	if text, ok := called(flags, args); ok {
		l.Name += " -c"
		c.join(l, in.inside(text, frame{family: deploy.Dash, depth: depth + 1}).chain)
		return nil, false
	}
	if len(args) == 0 {
		return nil, false
	}
	switch verb := args[0].Value; {
	case name == "npx", name == "pnpx", name == "bunx":
		c.join(l, in.follow(args, depth+1))
	case verb == "exec", verb == "dlx", verb == "x", verb == "node" && name == "yarn":
		l.Name += " " + verb
		rest := afterFlags(args[1:], runnerValues...)
		if verb == "node" {
			rest = args
		}
		c.join(l, in.follow(rest, depth+1))
	case verb == "workspace" && len(args) > 2:
		l.Name += " workspace"
		c.join(l, &Chain{Program: words, Open: "which folder the workspace " + args[1].Value + " is in is not known"})
	default:
		if verb == "run" || verb == "run-script" || verb == "rum" {
			if args = afterFlags(args[1:], runnerValues...); len(args) == 0 {
				return nil, false
			}
			l.Name += " run"
		}
		if name == "bun" && strings.ContainsAny(args[0].Value, "./") {
			c.Links = append(c.Links, Link{Role: Wrapper, Name: "bun", Pos: words[0].Pos})
			return append([]deploy.Text{{Value: "node", Pos: words[0].Pos}}, args...), true
		}
		in.runScript(c, order{l, flags, args}, depth)
	}
	return nil, false
}

// called is the string that npx -c or npm exec -c is given.
func called(flags, args []deploy.Text) (deploy.Text, bool) {
	all := append(append([]deploy.Text{}, flags...), args...)
	for i, w := range all {
		if (w.Value == "-c" || w.Value == "--call") && i+1 < len(all) {
			return all[i+1], true
		}
	}
	return deploy.Text{}, false
}

// An order is what a runner is told: to run a script of a package.json, with what stands behind it.
type order struct {
	by          Link
	flags, args []deploy.Text
}

// folder is where its package.json stands, seen from a folder.
func (o order) folder(dir string) string {
	for i, f := range o.flags {
		if (f.Value == "--prefix" || f.Value == "-C" || f.Value == "--cwd" || f.Value == "--dir") && i+1 < len(o.flags) {
			dir = joined(dir, o.flags[i+1].Value)
		}
	}
	return dir
}

// runScript follows a script of package.json. What stands behind it is put behind what it
// runs. A name that is no script may be a program of node_modules.
func (in Place) runScript(c *Chain, o order, depth int) {
	l, args, dir := o.by, o.args, o.folder(c.Dir)
	script := args[0].Value
	l.Name += " " + script
	text, ok := deploy.Text{}, false
	if in.NPM != nil {
		text, ok = in.NPM(dir, script)
	}
	if !ok && l.runsPrograms(script) {
		if rest := in.follow(args, depth+1); rest.Worker != nil {
			c.join(l, rest)
			return
		}
	}
	if !ok {
		c.join(l, &Chain{Program: args, Open: "no package.json here says what " + l.Name + " runs"})
		return
	}
	l.Next, l.At = text.Value, text.Pos
	for _, hook := range []string{"pre" + script, "post" + script} {
		if _, ok := in.NPM(dir, hook); ok {
			l.More = true
		}
	}
	for _, w := range afterDashes(args[1:]) {
		text.Value += " " + w.Value
		text.Open = text.Open || w.Open
	}
	in.dir = dir
	c.join(l, in.inside(text, frame{family: deploy.Dash, depth: depth + 1}).chain)
}

// runsPrograms says whether a runner takes what is no script for a program: npm does not, and pnpm
// only without a run in front of it.
func (l Link) runsPrograms(script string) bool {
	name, _, _ := strings.Cut(l.Name, " ")
	switch name {
	case "yarn", "yarnpkg", "bun":
		return true
	}
	return l.Role == Runner && name != "npm" && !strings.HasSuffix(l.Name, " run "+script)
}
