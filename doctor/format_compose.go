package doctor

import (
	"errors"
	"path"
	"regexp"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
)

// composeFormats are compose's files, of which several may make one project.
var composeFormats = []format{{name: "compose file", named: mayBeCompose, holds: compose.Holds, usual: compose.Named, read: readCompose}}

// readCompose reads the projects that a file completes: the last of their files.
func readCompose(s *site, name string, _ []byte) error {
	if s.compose == nil {
		s.compose = findComposeFiles(s.listing)
	}
	for _, plan := range s.compose.plans {
		if plan[len(plan)-1] != name {
			continue
		}
		if err := s.readProject(plan); err != nil {
			return err
		}
	}
	if why := s.compose.passed[name]; why != "" && s.only == "" {
		s.note(Note{Pos: s.pos(name), Text: "was not judged by itself: " + why, Hint: "tasuki doctor " + s.repo.Shown(name) + " judges it"})
	}
	return nil
}

// readProject adds the services of files that are used together.
func (s *site) readProject(names []string) error {
	l := s.compose.load(names)
	p, err := l.project, l.err
	if p != nil {
		for _, n := range p.Notes {
			s.note(Note{Pos: n.Pos, Text: n.Text, Hint: n.Hint, Unread: n.Unread})
		}
	}
	if errors.Is(err, compose.ErrTemplate) {
		s.note(Note{Pos: s.pos(names[len(names)-1]), Text: err.Error(), Hint: "render it first, and let the doctor read what comes of it"})
		return nil
	}
	if err != nil {
		return err
	}
	for _, service := range p.Services {
		w := composeWorkload(s.images, p, service)
		if variable := developed(w, service); variable != "" && s.only == "" {
			if s.follower.follow(w).worker() {
				s.note(Note{Pos: service.Pos, Text: w.Name + " was not judged: " + variable + " says that it is not deployed", Hint: "tasuki doctor " + s.repo.Shown(names[len(names)-1]) + " judges it"})
			}
			continue
		}
		s.workloads = append(s.workloads, w)
	}
	return nil
}

// composeName tells services of several projects of one folder apart.
func composeName(p *compose.Project, service string) string {
	name := "service " + service
	if len(p.Names) > 1 || !compose.Named(p.Names[0]) {
		name += " of " + path.Base(p.Names[len(p.Names)-1])
	}
	return name
}

// rackFiles are Convox' own: they look like compose files, and have graces and keys of theirs.
var rackFiles = regexp.MustCompile(`^convox(?:\.[\w.-]+)?\.ya?ml$`)

func mayBeCompose(name string) bool { return isYAML(name) && !rackFiles.MatchString(path.Base(name)) }
