// Package image reads Dockerfiles: what each stage starts, and in which surroundings.
package image

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
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

// replace sets a stage's CMD or ENTRYPOINT; one of the same stage before it counts no more.
func (r *reader) replace(name string, old **deploy.Command, c *deploy.Command) {
	if r.own[name] && *old != nil {
		r.last().Overruled = append(r.last().Overruled, (*old).Pos)
	}
	r.own[name] = true
	*old = c
}

// command is a CMD's or ENTRYPOINT's value: a JSON array is started as it is, all else is
// given to a shell.
func (r *reader) command(n *parser.Node) *deploy.Command {
	c := &deploy.Command{Pos: r.pos(n), OnBuild: r.triggered}
	if n.Attributes["json"] {
		c.Words = r.words(n)
		return c
	}
	c.Form = deploy.Shell
	for _, w := range r.last().Shell {
		c.Words = append(c.Words, deploy.Text{Value: w.Value, Pos: c.Pos, Implied: true})
	}
	if len(c.Words) == 0 {
		c.Words = []deploy.Text{{Value: "/bin/sh", Pos: c.Pos, Implied: true}, {Value: "-c", Pos: c.Pos, Implied: true}}
	}
	text := ""
	if n.Next != nil {
		text = n.Next.Value
	}
	for _, h := range n.Heredocs {
		text += "\n" + h.Content
	}
	c.Words = append(c.Words, deploy.Text{Value: text, Pos: c.Pos})
	return c
}

// words are the elements of a JSON array, each with the line that it stands on.
func (r *reader) words(n *parser.Node) (words []deploy.Text) {
	line := n.StartLine
	for a := n.Next; a != nil; a = a.Next {
		for l := line; l <= n.EndLine && l <= len(r.lines); l++ {
			if strings.Contains(r.lines[l-1], a.Value) {
				line = l
				break
			}
		}
		words = append(words, deploy.Text{Value: a.Value, Pos: deploy.Pos{File: r.file, Line: line}})
	}
	return words
}

// copies remembers where files of the context go. Those of other stages are none.
func (r *reader) copies(n *parser.Node) {
	for _, f := range n.Flags {
		if strings.HasPrefix(f, "--from") {
			r.carry(f, n)
			return
		}
	}
	var words []string
	for a := n.Next; a != nil; a = a.Next {
		words = append(words, r.text(a.Value, n).Value)
	}
	m := r.last()
	if len(words) < 2 {
		return
	}
	to := words[len(words)-1]
	if dir := to == "." || strings.HasSuffix(to, "/"); !path.IsAbs(to) {
		if to = path.Join("/", m.Workdir, to); dir {
			to += "/"
		}
	}
	r.inline(n, to)
	for _, from := range words[:len(words)-1] {
		m.Copies = append(m.Copies, deploy.Copy{From: strings.TrimPrefix(path.Clean("/"+from), "/"), To: to})
	}
	m.Runs = append(m.Runs, deploy.Text{Value: n.Original, Pos: r.pos(n)})
}

// inline remembers files whose content stands behind the COPY itself.
func (r *reader) inline(n *parser.Node, to string) {
	m := r.last()
	for _, h := range n.Heredocs {
		name := to
		if strings.HasSuffix(to, "/") || len(n.Heredocs) > 1 {
			name = path.Join(to, h.Name)
		}
		if m.Inline == nil {
			m.Inline = map[string]deploy.Text{}
		}
		m.Inline[path.Clean(name)] = deploy.Text{Value: h.Content, Pos: deploy.Pos{File: r.file, Line: n.StartLine + 1}}
	}
}

// carry is a COPY --from of another stage: what that one has built or copied is here now.
func (r *reader) carry(flag string, n *parser.Node) {
	_, name, _ := strings.Cut(flag, "=")
	var words []string
	for a := n.Next; a != nil; a = a.Next {
		words = append(words, r.text(a.Value, n).Value)
	}
	if len(words) < 2 {
		return
	}
	m, to := r.last(), words[len(words)-1]
	dir := strings.HasSuffix(to, "/") || to == "." || to == "./" || len(words) > 2
	to = path.Join("/", join(m.Workdir, to))
	m.Runs = append(m.Runs, deploy.Text{Value: n.Original, Pos: r.pos(n)})
	for _, from := range words[:len(words)-1] {
		r.bring(r.stage(name), path.Clean(from), to, dir)
		if m.Family == deploy.NoShell && (to == "/" || path.Base(from) == "sh" || path.Base(from) == "busybox" || path.Base(from) == "bin") {
			m.Family = "" // it may have got a shell
		}
	}
}

func join(dir, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}

// stage is the one that a COPY --from names, by its name or its number; nil: another image.
func (r *reader) stage(name string) *deploy.Image {
	for i, s := range r.stages[:len(r.stages)-1] {
		if s.Name != "" && strings.EqualFold(s.Name, name) || strconv.Itoa(i) == name {
			return s
		}
	}
	return nil
}

// bring takes over what a stage has at from.
func (r *reader) bring(s *deploy.Image, from, to string, dir bool) {
	m := r.last()
	for _, b := range slices.Clone(r.built) {
		if rest, ok := below(b.Path, from); ok && len(r.built) < 1000 {
			at := path.Join(to, rest)
			if rest == "" && dir {
				at = path.Join(to, path.Base(from))
			}
			r.built = append(r.built, deploy.Built{Path: at, Package: b.Package})
		}
	}
	if s == nil {
		return
	}
	for _, c := range s.Copies {
		rest, ok := below(path.Clean(c.To), from)
		if inner, up := below(from, path.Clean(c.To)); up && !ok { // a part of what was copied
			at := to
			if dir {
				at = path.Join(to, path.Base(from))
			}
			m.Copies = append(m.Copies, deploy.Copy{From: path.Join(c.From, inner), To: at})
			continue
		}
		if ok && len(m.Copies) < 1000 {
			at := path.Join(to, rest)
			if strings.HasSuffix(c.To, "/") {
				at += "/"
			}
			m.Copies = append(m.Copies, deploy.Copy{From: c.From, To: at})
		}
	}
}

// below is what is left of a path behind a folder that it is in.
func below(name, dir string) (rest string, ok bool) {
	if name == dir {
		return "", true
	}
	rest, ok = strings.CutPrefix(name, strings.TrimSuffix(dir, "/")+"/")
	return rest, ok
}
