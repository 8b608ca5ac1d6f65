package doctor

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/supervisord"
)

// supervisorFormats are the files that tell Supervisor which programs to run.
var supervisorFormats = []format{{name: "configuration of Supervisor", named: isSupervisor, holds: supervisord.Holds, usual: usualSupervisor, read: readSupervisor}}

// isSupervisor knows what may be such a file, or a template of one, by its name.
func isSupervisor(name string) bool {
	base := path.Base(name)
	if templateEnds[path.Ext(base)] {
		base = strings.TrimSuffix(base, path.Ext(base))
	}
	switch path.Ext(base) {
	case ".conf", ".ini", ".supervisor":
		return true
	}
	return strings.HasPrefix(base, "supervisor") && path.Ext(base) == ""
}

// usualSupervisor knows the names that only such files have.
func usualSupervisor(name string) bool {
	return isSupervisor(name) && strings.HasPrefix(path.Base(name), "supervisor")
}

// A supervised is what Supervisor is told of a workload.
type supervised struct {
	*supervisord.Program
	image *deploy.Image // that its file is in; nil: none that is known
}

// supervisedProgram is what Supervisor is told of a workload, if it is the one that starts it.
func (k *work) program() (*supervised, bool) {
	p, ok := k.Detail.(*supervised)
	return p, ok
}

// readSupervisor adds the programs of a file. They are started in the image that has the file.
func readSupervisor(s *site, name string, content []byte) error {
	if unrendered.Match(content) {
		s.note(Note{Pos: s.pos(name), Text: "it is a template, and was not judged", Hint: "render it, and let the doctor read the result"})
		return nil
	}
	m := s.images.imageWith(name)
	var found []*deploy.Workload
	for _, p := range supervisord.Programs(s.repo.Shown(name), content) {
		found = append(found, supervisedProgram(p, m, rootOf(name)))
	}
	if s.only == name || !forPeople.MatchString(path.Base(name)) && !forPeople.MatchString(path.Base(path.Dir(name))) {
		s.workloads = append(s.workloads, found...)
		return nil
	}
	for _, w := range found {
		if s.follower.follow(w).worker() {
			s.note(Note{Pos: s.pos(name), Text: "was not judged by itself: by its name it is not deployed", Hint: "tasuki doctor " + s.repo.Shown(name) + " judges it"})
			break
		}
	}
	return nil
}

// supervisedProgram is a workload of Supervisor's.
func supervisedProgram(p *supervisord.Program, m *deploy.Image, root string) *deploy.Workload {
	at := p.Command.Pos
	w := &deploy.Workload{Platform: deploy.Supervisor, Name: "program " + p.Name, Pos: at, Entry: &deploy.Command{Pos: at, Form: deploy.Split, Words: p.Words()},
		Env: p.Environment(), EnvOpen: true, StopSignal: p.Signal(), Grace: p.Grace(), Root: root, Dir: p.Directory(), Detail: &supervised{p, m}}
	if m != nil {
		in := *m
		if w.Dir != "" {
			in.Workdir = w.Dir
		}
		w.Image, w.Root = &in, m.Context
	}
	return w
}
