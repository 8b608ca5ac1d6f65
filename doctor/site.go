package doctor

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A site is a repository as its deployment files describe it.
type site struct {
	repo      *repo.Repo
	told      Options
	config    config
	known     worker.Known
	images    []*deploy.Image // the last stage of each Dockerfile
	stages    map[string][]*deploy.Image
	workloads []*deploy.Workload
	cluster   kube.Cluster // what the manifests say together
	templates []template   // of manifests
	pages     pages
	notes     []Note
	refusals  map[string]int // which of notes says that a file cannot be read
	files     int
	recipes   []scriptFile              // the commands of scripts, CI files and recipes
	names     []string                  // of all files that may be read
	only      string                    // the single one that was asked for; empty: all
	lone      bool                      // no repository says how far the folder reaches: see vicinity
	compose   *composeFiles             // what belongs together; nil: not looked for yet
	units     *unitFiles                // systemd's; nil: not looked for yet
	ecs       *ecsFiles                 // Amazon ECS'; nil: nothing of it was read
	ordered   []string                  // names, sorted; nil: not yet
	leased    map[*worker.Kind][]Figure // where a queue gives jobs away again, by the worker that they are of
	makers    []string                  // programs that make a deployment's files
	own       *ownPrograms              // the repository's own programs; nil: not looked for yet
}

func openSite(dir string, o Options) (*site, error) {
	r, err := repo.Open(dir)
	if err != nil {
		return nil, err
	}
	s := &site{repo: r, stages: map[string][]*deploy.Image{}, refusals: map[string]int{}}
	if err := s.readConfig(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	s.told = o.with(s.config.told)
	s.known = worker.Known{Named: s.told.Workers}
	return s, nil
}

// A format is a kind of file that describes a deployment.
type format struct {
	name string
	// named says whether a file may be one, by its path.
	named func(name string) bool
	// holds says whether it is one, by its content. nil: its name is enough.
	holds func(content []byte) bool
	// read adds to the site what the file says. An error: it could not be read.
	read func(s *site, name string, content []byte) error
	// always: it is read also where another file alone is asked for, since others refer to it.
	always bool
	// end adds what only all files of the format say together. nil: nothing.
	end func(s *site)
}

// formats are read in this order: what refers to images comes after them.
func formats() []format {
	return slices.Concat(imageFormats, composeFormats, kubernetesFormats, ecsFormats, makerFormats, systemdFormats, supervisorFormats, scriptFormats)
}

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
		for _, name := range s.vicinity() {
			visit(name)
		}
		return nil
	}
	err := s.repo.Walk(visit, s.unlisted)
	if s.only == stdinName {
		s.names = append(s.names, s.only)
	}
	return err
}

// unlisted notes a folder, or a link that by its name may be a deployment's file, that was
// not read.
func (s *site) unlisted(name string, err error) {
	if s.config.excluded(name) || s.only != "" && name != path.Dir(s.only) {
		return // nobody asked for it
	}
	if errors.Is(err, repo.ErrLink) && !slices.ContainsFunc(formats(), func(f format) bool { return f.holds == nil && f.named(name) }) {
		return
	}
	s.note(Note{Pos: s.pos(name), Text: "was not read: " + err.Error(), Unread: true})
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

func (s *site) pos(name string) Pos { return Pos{File: s.repo.Shown(name)} }

func (s *site) note(n Note) { s.notes = append(s.notes, n) }
