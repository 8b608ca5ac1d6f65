package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

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
