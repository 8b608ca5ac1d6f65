package kube

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Hook is a preStop: it runs before the stop signal, within the grace.
type Hook struct {
	deploy.Figure           // how long it takes
	Node          tree.Node // what preStop says
	Program       string    // of an exec: what it starts first
	Idle          bool      // it does nothing but wait
}

// PreStop is a container's hook.
func (c *Container) PreStop() (Hook, bool) {
	n := c.Get("lifecycle", "preStop")
	if !n.IsMap() {
		return Hook{}, false
	}
	h := Hook{Node: n, Figure: deploy.Figure{What: "preStop", Pos: n.KeyPos(), Open: "takes a time that nobody can tell"}}
	exec := n.Get("exec", "command")
	switch seconds, ok := n.Get("sleep", "seconds").Int(); {
	case ok:
		h.Time, h.Open, h.Idle = limited(seconds), "", true
	case n.Get("httpGet").Exists():
		h.Open = "asks a server, and waits for its answer"
	case exec.IsList() && len(exec.Items()) > 0:
		h.exec(exec.Texts())
	}
	return h, true
}

// exec judges what a hook runs.
func (h *Hook) exec(words []deploy.Text) {
	h.Program = words[0].Value
	if slices.ContainsFunc(words, func(t deploy.Text) bool { return t.Open || strings.Contains(t.Value, "{{") }) {
		h.Open = "is not known before the deploy"
		return
	}
	t := taken{idle: true, sure: true}
	if text, ok := shellString(words); ok {
		t.text(text)
	} else {
		t.call(deploy.Values(words))
	}
	if t.sure {
		h.Time, h.Open, h.Idle = t.time, "", t.idle && t.time > 0
	}
}

var shells = []string{"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"}

// shellString is what a shell is given to run.
func shellString(words []deploy.Text) (string, bool) {
	if path.Base(words[0].Value) == "busybox" && len(words) > 1 {
		words = words[1:]
	}
	if !slices.Contains(shells, path.Base(words[0].Value)) {
		return "", false
	}
	for i, w := range words[1:] {
		if strings.HasPrefix(w.Value, "-") && !strings.HasPrefix(w.Value, "--") && strings.HasSuffix(w.Value, "c") && i+2 < len(words) {
			return words[i+2].Value, true
		}
	}
	return "", false
}

// taken adds up the time that commands take.
type taken struct {
	time time.Duration
	idle bool // they do nothing but wait
	sure bool
}

func (t *taken) text(text string) {
	file, err := shell.Bash(text)
	if err != nil {
		t.sure = false
		return
	}
	t.list(file.Stmts)
}

func (t *taken) list(stmts []*syntax.Stmt) {
	for _, s := range stmts {
		t.stmt(s)
	}
}

func (t *taken) stmt(s *syntax.Stmt) {
	if s.Background {
		t.idle = false
		return
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		var words []string
		for _, w := range c.Args {
			words = append(words, literal(w))
		}
		t.call(words)
	case *syntax.BinaryCmd:
		t.stmt(c.X)
		t.stmt(c.Y)
	case *syntax.Block:
		t.list(c.Stmts)
	case *syntax.Subshell:
		t.list(c.Stmts)
	default:
		t.sure, t.idle = false, false
	}
}

// literal is a word without variables; one with them is no command's name and no number.
func literal(w *syntax.Word) string {
	b := &strings.Builder{}
	for _, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(literal(&syntax.Word{Parts: p.Parts}))
		default:
			b.WriteString("$")
		}
	}
	return b.String()
}

// quick are programs that are over at once: they signal, write, look.
var quick = []string{"kill", "pkill", "killall", "touch", "echo", "printf", "rm", "mv", "cp", "true", "false", ":", "test", "[", "date", "cat", "exit", "cd", "set", "export", "exec", "pgrep", "pidof", "logger", "mkdir"}

func (t *taken) call(words []string) {
	if len(words) > 1 && (words[0] == "exec" || path.Base(words[0]) == "env" || words[0] == "command") {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	switch name := path.Base(words[0]); {
	case name == "sleep":
		d, ok := slept(words[1:])
		t.time, t.sure = t.time+d, t.sure && ok
	case slices.Contains(quick, name):
		t.idle = t.idle && (name == "echo" || name == "true" || name == ":" || name == "exit" || name == "set" || name == "printf" || name == "date")
	default:
		t.sure, t.idle = false, false
	}
}

// slept is how long sleep waits: GNU's adds up its arguments, and knows units.
func slept(args []string) (sum time.Duration, ok bool) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	for _, a := range args {
		unit := time.Second
		if a != "" && units[a[len(a)-1]] != 0 {
			unit, a = units[a[len(a)-1]], a[:len(a)-1]
		}
		n, err := strconv.ParseFloat(a, 64)
		if err != nil || n < 0 || n > 1e7 {
			return 0, false
		}
		sum += time.Duration(n * float64(unit))
	}
	return sum, len(args) > 0
}
