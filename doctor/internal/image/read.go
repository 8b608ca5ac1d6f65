// Package image reads Dockerfiles: what each stage starts, and in which surroundings.
package image

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// Read reads a Dockerfile; the last of its stages is what it makes by itself. File is the
// name for people, context the folder that it is built from.
func Read(file, context string, content []byte) (stages []*deploy.Image, err error) {
	defer func() { // a parser for builds, met by whatever is named so
		if r := recover(); r != nil {
			err = fmt.Errorf("read as a Dockerfile: %v", r)
		}
	}()
	result, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read as a Dockerfile: %w", err)
	}
	r := &reader{file: file, context: context, lines: strings.Split(string(content), "\n"), args: map[string]deploy.Text{}}
	for _, n := range result.AST.Children {
		r.instruction(n)
	}
	if len(r.stages) == 0 {
		return nil, errors.New("it has no FROM")
	}
	for _, s := range r.stages {
		s.Built = r.built
	}
	return r.stages, nil
}

// reader goes from instruction to instruction.
type reader struct {
	file, context string
	lines         []string
	args          map[string]deploy.Text
	stages        []*deploy.Image
	own           map[string]bool
	built         []deploy.Built
	triggered     bool                             // by an ONBUILD
	triggers      map[*deploy.Image][]*parser.Node // a stage's ONBUILDs, for those that are made from it
}

func (r *reader) last() *deploy.Image { return r.stages[len(r.stages)-1] }

func (r *reader) pos(n *parser.Node) deploy.Pos {
	return deploy.Pos{File: r.file, Line: n.StartLine, Last: n.EndLine}
}

func (r *reader) instruction(n *parser.Node) {
	name := strings.ToUpper(n.Value)
	switch {
	case name == "FROM":
		r.from(n)
		return
	case name == "ARG":
		for a := n.Next; a != nil; a = a.Next {
			if key, value, ok := strings.Cut(a.Value, "="); ok {
				r.args[key] = deploy.Text{Value: strings.Trim(value, `"'`), Pos: r.pos(n)}
			}
		}
		return
	case len(r.stages) == 0:
		return
	}
	m := r.last()
	switch name {
	case "CMD":
		r.replace("CMD", &m.Command, r.command(n))
	case "ENTRYPOINT":
		r.replace("ENTRYPOINT", &m.Entry, r.command(n))
		if !r.own["CMD"] {
			m.Command = nil // an entry point drops the CMD of what the stage is made from
		}
	case "SHELL":
		m.Shell = r.words(n)
	case "ENV":
		was := maps.Clone(m.Env)
		for a := n.Next; a != nil && a.Next != nil && a.Next.Next != nil; a = a.Next.Next.Next { // name, value, what stands between
			t := r.textIn(a.Next.Value, n, was) // one ENV's variables are not there for itself
			m.Env[a.Value] = t
		}
	case "WORKDIR":
		if n.Next != nil {
			m.Workdir = path.Join("/", join(m.Workdir, r.text(n.Next.Value, n).Value))
		}
	case "STOPSIGNAL":
		if n.Next != nil {
			m.StopSignal = r.text(n.Next.Value, n)
		}
	case "HEALTHCHECK":
		m.Health = r.pos(n)
	case "COPY", "ADD":
		r.copies(n)
	case "RUN":
		r.run(n)
	case "ONBUILD":
		r.trigger(n)
	}
}
