package doctor

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// read finds the files and reads them; only is a single one of them that was asked for.
func (s *site) read(ctx context.Context, only string) error {
	s.only = only
	if err := s.find(); err != nil {
		return err
	}
	for _, f := range formats() {
		for _, name := range s.names {
			if ctx.Err() != nil {
				return fmt.Errorf("read %s: %w", s.repo.Shown(name), ctx.Err())
			}
			if f.named(name) {
				s.readOne(f, name, only)
			}
		}
		if f.end != nil {
			f.end(s)
		}
	}
	if only != "" && !s.taken {
		s.files = 0 // what was read for its sake is not what was asked for
	}
	return nil
}

// find finds the names of the files that may be read.
func (s *site) find() error {
	visit := func(name string) {
		if !s.config.excluded(name) {
			s.names = append(s.names, name)
		}
	}
	if s.lone {
		for _, name := range (vicinity{s.listing}).names() {
			visit(name)
		}
		return nil
	}
	err := s.repo.Walk(visit, s.unlisted)
	if s.piped {
		s.names = append(s.names, s.only)
	}
	return err
}

// unlisted notes a folder that was not listed, and what by its name may be a deployment's
// file and cannot be read.
func (s *site) unlisted(name string, err error) {
	if s.config.excluded(name) || s.only != "" && name != path.Dir(s.only) {
		return // nobody asked for it
	}
	if (errors.Is(err, repo.ErrLink) || errors.Is(err, repo.ErrOdd)) && !slices.ContainsFunc(formats(), func(f format) bool { return f.tells(name) }) {
		return
	}
	s.note(Note{Pos: s.pos(name), Text: "was not read: " + err.Error(), Unread: !errors.Is(err, repo.ErrCircle)})
}

// readOne reads a file.
func (s *site) readOne(f format, name, only string) {
	if only != "" && only != name && !f.always {
		return
	}
	content, err := s.repo.Read(name)
	switch {
	case err != nil:
		s.refused(name, err, only == name || only == "" && f.holds == nil)
		return
	case f.holds != nil && !f.holds(content):
		return
	}
	s.files++
	s.taken = s.taken || only == name
	before := len(s.workloads)
	if err := f.read(s, name, content); err != nil {
		n := unreadable(s.pos(name), err)
		n.Unread = only == "" || only == name
		s.note(n)
	}
	if only != "" && only != name {
		s.workloads = s.workloads[:before]
	}
}

// refused notes a file that cannot be read, once: by its name it may be of several formats.
func (s *site) refused(name string, err error, unread bool) {
	i, ok := s.refusals[name]
	if !ok {
		i = len(s.notes)
		s.refusals[name] = i
		s.note(Note{Pos: s.pos(name), Text: "cannot be read: " + err.Error()})
	}
	s.notes[i].Unread = s.notes[i].Unread || unread
}

// unreadable says why a file was not understood, at the line if that is known.
func unreadable(at Pos, err error) Note {
	var syntax *tree.SyntaxError
	if errors.As(err, &syntax) {
		return Note{Pos: Pos{File: at.File, Line: syntax.Line}, Text: "was not understood: " + syntax.What, Unread: true}
	}
	return Note{Pos: at, Text: "was not understood: " + err.Error(), Unread: true}
}
