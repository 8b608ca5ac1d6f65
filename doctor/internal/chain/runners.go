package chain

import (
	"path"
	"slices"
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
		in.runScript(c, l, flags, args, depth)
	}
	return nil, false
}

// script is what node --run is told to run, with what stands behind its dashes.
func script(words []deploy.Text) (args []deploy.Text, ok bool) {
	for i := 1; i < len(words) && strings.HasPrefix(words[i].Value, "-"); i++ {
		switch name, given := strings.CutPrefix(words[i].Value, "--run="); {
		case given:
			args = []deploy.Text{{Value: name, Pos: words[i].Pos, Open: words[i].Open}}
		case words[i].Value == "--run" && i+1 < len(words):
			args = []deploy.Text{words[i+1]}
		default:
			continue
		}
		if at := slices.IndexFunc(words, func(w deploy.Text) bool { return w.Value == "--" }); at > i {
			args = append(args, words[at:]...)
		}
		return args, true
	}
	return nil, false
}

// nodeRuns says whether node is to run a script of package.json, and not a file.
func nodeRuns(words []deploy.Text) bool {
	_, ok := script(words)
	return ok
}

// nodeRun follows node --run NAME into package.json: node gives it to a shell, has no handler for a
// signal, and leaves out what npm runs before and after it (nodejs/node, src/node_task_runner.cc).
func (in Place) nodeRun(c *Chain, words []deploy.Text, depth int) (rest []deploy.Text, ok bool) {
	args, _ := script(words)
	in.runScript(c, Link{Role: Deaf, Name: "node --run", Pos: words[0].Pos, Trap: Ignores, Offset: -1}, nil, args, depth)
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

// runScript follows a script of package.json. What stands behind it is put behind what it
// runs. A name that is no script may be a program of node_modules.
func (in Place) runScript(c *Chain, l Link, flags, args []deploy.Text, depth int) {
	script := args[0].Value
	l.Name += " " + script
	dir := c.Dir
	for i, f := range flags {
		if (f.Value == "--prefix" || f.Value == "-C" || f.Value == "--cwd" || f.Value == "--dir") && i+1 < len(flags) {
			dir = joined(dir, flags[i+1].Value)
		}
	}
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

// switcher follows su's -c, or the words of runuser.
func (in Place) switcher(c *Chain, words []deploy.Text, depth int) ([]deploy.Text, bool) {
	l := Link{Role: Switcher, Name: path.Base(words[0].Value), Pos: words[0].Pos, Trap: Kills, Offset: -1}
	for i, w := range words[1:] {
		text, given := strings.CutPrefix(w.Value, "--command=")
		switch {
		case given:
			c.join(l, in.inside(deploy.Text{Value: text, Pos: w.Pos, Open: w.Open}, frame{family: in.family("sh"), depth: depth + 1}).chain)
			return nil, false
		case (w.Value == "-c" || w.Value == "--command" || w.Value == "-lc") && i+2 < len(words):
			c.join(l, in.inside(words[i+2], frame{family: in.family("sh"), depth: depth + 1}).chain)
			return nil, false
		}
	}
	rest := afterFlags(words[1:], "-u", "-g", "-G", "-s", "-w", "--user", "--group", "--shell")
	if len(rest) > 0 && rest[0].Value == "-" {
		rest = rest[1:]
	}
	if l.Name == "su" && len(rest) > 0 { // the user, and then words for their shell
		rest = afterDashes(rest[1:])
		if len(rest) > 0 {
			rest = append([]deploy.Text{{Value: "sh", Pos: words[0].Pos, Implied: true}}, rest...)
		}
	}
	c.Links = append(c.Links, l)
	return rest, len(rest) > 0
}

// A dev is a program that starts another one anew when files change.
type dev func(words []deploy.Text) (rest []deploy.Text, ok bool)

// developers by their names.
var developers = map[string]dev{
	"nodemon":       nodemon,
	"ts-node-dev":   interpreter,
	"node-dev":      interpreter,
	"node":          watching("--watch", "--watch-path"),
	"tsx":           watching("watch"),
	"bun":           watching("--watch", "--hot"),
	"watchexec":     command("-e", "--exts", "-w", "--watch", "-i", "--ignore", "-s", "--signal", "-f", "--filter", "-d", "--debounce", "--stop-signal", "--stop-timeout"),
	"watchmedo":     watchmedo,
	"watchfiles":    watchfiles,
	"reflex":        command("-r", "-R", "-g", "-G", "-d"),
	"entr":          command(),
	"rerun":         command("-d", "--dir", "-p", "--pattern", "-s", "--signal"),
	"go":            goRun,
	"air":           unknown,
	"CompileDaemon": unknown,
	"modd":          unknown,
}

// developing passes a program that is made for development; nothing is left of one that is
// not known any further.
func (in Place) developing(c *Chain, words []deploy.Text, depth int) []deploy.Text {
	name := path.Base(words[0].Value)
	d := developers[name]
	if d == nil {
		return words
	}
	rest, ok := d(words)
	if !ok {
		return words
	}
	if name == "go" {
		name = "go run"
	}
	c.Links = append(c.Links, Link{Role: DevRunner, Name: name, Pos: words[0].Pos, Trap: Kills, Offset: -1})
	if len(rest) == 1 && strings.Contains(rest[0].Value, " ") { // a string for a shell
		next := in.inside(rest[0], frame{family: in.family("sh"), depth: depth + 1}).chain
		l := c.Links[len(c.Links)-1]
		c.Links = c.Links[:len(c.Links)-1]
		c.join(l, next)
		return nil
	}
	return rest
}

func command(withValue ...string) dev {
	return func(words []deploy.Text) ([]deploy.Text, bool) { return afterFlags(words[1:], withValue...), true }
}

// interpreter is node by another name.
func interpreter(words []deploy.Text) ([]deploy.Text, bool) {
	return append([]deploy.Text{{Value: "node", Pos: words[0].Pos}}, afterFlags(words[1:])...), true
}

// watching is an interpreter that watches only if it is told to.
func watching(flags ...string) dev {
	return func(words []deploy.Text) ([]deploy.Text, bool) {
		for i, w := range words[1:] {
			for _, f := range flags {
				if w.Value == f || strings.HasPrefix(w.Value, f+"=") {
					rest := append([]deploy.Text{{Value: "node", Pos: words[0].Pos}}, words[1:i+1]...)
					return append(rest, words[i+2:]...), true
				}
			}
			if !strings.HasPrefix(w.Value, "-") {
				break
			}
		}
		return nil, false
	}
}

func nodemon(words []deploy.Text) ([]deploy.Text, bool) {
	for i, w := range words {
		if (w.Value == "--exec" || w.Value == "-x") && i+1 < len(words) {
			return line(words[i+1:]), true
		}
	}
	rest := afterFlags(words[1:], "-w", "--watch", "-e", "--ext", "-i", "--ignore", "--signal", "--delay", "-d", "--config")
	return append([]deploy.Text{{Value: "node", Pos: words[0].Pos}}, rest...), true
}

// watchmedo auto-restart FLAGS -- COMMAND; the dashes may be missing.
func watchmedo(words []deploy.Text) ([]deploy.Text, bool) {
	for i, w := range words {
		if w.Value == "--" {
			return words[i+1:], true
		}
	}
	rest := afterFlags(words[1:])
	return afterFlags(rest[min(1, len(rest)):], "-d", "--directory", "-p", "--pattern", "--patterns", "--ignore-patterns", "--signal", "--interval", "--debounce-interval", "--kill-after"), true
}

// watchfiles "COMMAND" DIR…
func watchfiles(words []deploy.Text) ([]deploy.Text, bool) {
	rest := afterFlags(words[1:], "--filter", "--args", "--ignore-paths", "--target-type", "--sigint-timeout", "--sigkill-timeout")
	if len(rest) == 0 {
		return nil, true
	}
	return line(rest[:1]), true
}

// line is words as a string for a shell.
func line(words []deploy.Text) []deploy.Text {
	text := deploy.Text{Pos: words[0].Pos}
	for _, w := range words {
		text.Value += w.Value + " "
		text.Open = text.Open || w.Open
	}
	return []deploy.Text{text}
}

// goRun leaves go run PACKAGE, by which a project's own program is known.
func goRun(words []deploy.Text) ([]deploy.Text, bool) {
	if len(words) < 3 || words[1].Value != "run" {
		return nil, false
	}
	rest := afterFlags(words[2:], "-tags", "-ldflags", "-mod", "-modfile", "-gcflags", "-exec", "-C")
	if len(rest) == 0 {
		return nil, true
	}
	return append([]deploy.Text{{Value: GoRun, Pos: words[0].Pos}}, rest...), true
}

// GoRun stands in front of a package that go run builds and starts.
const GoRun = "go run"

func unknown([]deploy.Text) ([]deploy.Text, bool) { return nil, true }
