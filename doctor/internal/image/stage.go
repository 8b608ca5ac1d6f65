package image

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// from begins a stage, of another one or of a base image.
func (r *reader) from(n *parser.Node) {
	r.own = map[string]bool{}
	m := &deploy.Image{Pos: r.pos(n), Context: r.context, Env: map[string]deploy.Text{}}
	r.stages = append(r.stages, m)
	if n.Next == nil {
		return
	}
	base := r.text(n.Next.Value, n)
	if as := n.Next.Next; as != nil && strings.EqualFold(as.Value, "as") && as.Next != nil {
		m.Name = as.Next.Value
	}
	for _, s := range r.stages[:len(r.stages)-1] {
		if s.Name != "" && strings.EqualFold(s.Name, base.Value) {
			inherit(m, s)
			r.triggered = true
			for _, n := range r.triggers[s] {
				r.instruction(n)
			}
			r.triggered = false
			return
		}
	}
	if !base.Open {
		m.Base = base.Value
	}
	m.Family = Family(m.Base)
	m.StopSignal = stopSignal(m.Base)
}

// trigger remembers an ONBUILD: it is an instruction of each stage that is made from this one, and
// of this one it is none.
func (r *reader) trigger(n *parser.Node) {
	if n.Next == nil || len(n.Next.Children) == 0 {
		return
	}
	instruction := *n.Next.Children[0]
	switch strings.ToUpper(instruction.Value) {
	case "FROM", "ONBUILD", "ARG":
		return
	}
	instruction.StartLine, instruction.EndLine = n.StartLine, n.EndLine
	if r.triggers == nil {
		r.triggers = map[*deploy.Image][]*parser.Node{}
	}
	if of := r.triggers[r.last()]; len(of) < mostTriggers {
		r.triggers[r.last()] = append(of, &instruction)
	}
}

// mostTriggers are how many ONBUILDs of a stage count: stages that are made from each other run
// them each time.
const mostTriggers = 100

// inherit gives a stage what the one has that it is made from.
func inherit(m, from *deploy.Image) {
	m.Base, m.Family, m.Entry, m.Command, m.Workdir = from.Base, from.Family, from.Entry, from.Command, from.Workdir
	m.StopSignal, m.Health = from.StopSignal, from.Health
	m.Copies, m.Runs = slices.Clone(from.Copies), slices.Clone(from.Runs)
	m.Env, m.Inline = maps.Clone(from.Env), maps.Clone(from.Inline)
	m.Shell = from.Shell
}

// stopSignals are those that well-known images have of their own (their Dockerfiles say
// STOPSIGNAL). The image's name has to begin a part of the base's.
var stopSignals = map[string]string{"nginx": "SIGQUIT", "httpd": "SIGWINCH", "postgres": "SIGINT", "haproxy": "SIGUSR1"}

// stopSignal is what a base image sets.
func stopSignal(base string) deploy.Text {
	name := Name(base)
	_, tag, _ := strings.Cut(path.Base(base), ":")
	signal := stopSignals[name]
	switch {
	case name == "php" && strings.Contains(tag, "fpm"):
		signal = "SIGQUIT"
	case name == "php" && strings.Contains(tag, "apache"):
		signal = "SIGWINCH"
	}
	return deploy.Text{Value: signal, Implied: signal != ""}
}

var variable = regexp.MustCompile(`\$(?:\{(\w+)(?::?[-+][^}]*)?\}|(\w+))`)

// text is a word with the stage's variables put in; Open where one is not known.
func (r *reader) text(s string, n *parser.Node) deploy.Text {
	var env map[string]deploy.Text
	if len(r.stages) > 0 {
		env = r.last().Env
	}
	return r.textIn(s, n, env)
}

func (r *reader) textIn(s string, n *parser.Node, env map[string]deploy.Text) deploy.Text {
	t := deploy.Text{Pos: r.pos(n)}
	s = strings.Trim(s, `"'`)
	t.Value = variable.ReplaceAllStringFunc(s, func(ref string) string {
		m := variable.FindStringSubmatch(ref)
		name := m[1] + m[2]
		if v, ok := env[name]; ok {
			t.Open = t.Open || v.Open
			return v.Value // as much of it as is known: PATH goes on in the base image's
		}
		if v, ok := r.args[name]; ok {
			return v.Value
		}
		if _, fallback, ok := strings.Cut(strings.TrimSuffix(ref, "}"), ":-"); ok {
			return fallback
		}
		t.Open = true
		return ref
	})
	return t
}
