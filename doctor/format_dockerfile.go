package doctor

import (
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

// imageFormats are what images are made of.
var imageFormats = []format{
	{name: "Dockerfile", named: isDockerfile, read: readDockerfile, always: true},
	{name: "service of s6-overlay", named: isOverlayService, read: readOverlayService},
}

// Names of Dockerfiles: by itself, with something behind it, or as an ending.
var (
	dockerfiles   = regexp.MustCompile(`^(?:Dockerfile|Containerfile)(?:[._-][^/]*)?$|^dockerfile$|[^/]\.(?:D|d)ockerfile$`)
	noDockerfiles = regexp.MustCompile(`\.(?:dockerignore|go|md|txt|rst|py|rb|sh|js|ts|json|ya?ml|html|lock|log|bak|orig|rej|swp)$`)
	templates     = regexp.MustCompile(`\.(?:j2|jinja2?|erb|tmpl|tpl|template|mustache|hbs|in|m4)$`)
	developing    = regexp.MustCompile(`(?i)(?:^|[._-])(?:dev|devel|develop|development|local|test|tests|testing|debug|devcontainer)(?:$|[._-])`)
	developers    = regexp.MustCompile(`(?i)^(?:dev|devel|develop|development|local|test|tests|\.devcontainer)$`)
)

func isDockerfile(name string) bool {
	base := path.Base(name)
	return dockerfiles.MatchString(base) && !noDockerfiles.MatchString(base)
}

// forDevelopers says whether a Dockerfile is for developers or tests, by its name or its folder's.
func forDevelopers(name string) bool {
	return developing.MatchString(path.Base(name)) || developers.MatchString(path.Base(path.Dir(name)))
}

// readDockerfile adds what the image starts by itself, which is also what other files mean
// that use it, and the workers of other stages: they are built with --target. It is built from its own folder unless one of them says otherwise.
func readDockerfile(s *site, name string, content []byte) error {
	if templates.MatchString(name) {
		s.note(Note{Pos: s.pos(name), Text: "was not judged: it is a template", Hint: "render it first, and let the doctor read what comes of it"})
		return nil
	}
	stages, err := image.Read(s.repo.Shown(name), contextOf(s, name), content)
	if err != nil {
		return err
	}
	last := stages[len(stages)-1]
	if dir := s.images.builtFrom(last); dir != last.Context {
		for _, m := range stages {
			m.Context = dir
		}
	}
	s.images.add(name, stages)
	s.addStage(name, last, s.repo.Shown(name))
	for _, m := range stages[:len(stages)-1] {
		if m.Name != "" && !developing.MatchString(m.Name) && ownStart(m) && starts(m).Pos != starts(last).Pos && s.follower.follow(itself(m, "")).worker() {
			s.addStage(name, m, s.repo.Shown(name)+" --target "+m.Name)
		}
	}
	return nil
}

// starts is what an image starts by itself: its CMD, or its entry point alone.
func starts(m *deploy.Image) *deploy.Command {
	switch {
	case m.Command != nil:
		return m.Command
	case m.Entry != nil:
		return m.Entry
	}
	return &deploy.Command{} // a base for others
}

// ownStart says whether a stage itself says what it starts, and does not have it from another.
func ownStart(m *deploy.Image) bool { return starts(m).Pos.Line > m.Pos.Line }

// itself is a workload of what a stage starts by itself.
func itself(m *deploy.Image, called string) *deploy.Workload {
	return &deploy.Workload{Platform: deploy.Docker, Name: called, Pos: starts(m).Pos, Image: m, Root: m.Context}
}

// addStage adds what a stage starts by itself, unless it is for developers.
func (s *site) addStage(name string, m *deploy.Image, called string) {
	if !starts(m).Pos.Known() {
		return
	}
	switch w := itself(m, called); {
	case !forDevelopers(name) || s.only == name:
		s.workloads = append(s.workloads, w)
	case s.follower.follow(w).worker():
		n := Note{Pos: s.pos(name), Text: "was not judged by itself: by its name it is for developers or tests", Hint: "tasuki doctor " + s.repo.Shown(name) + " judges it"}
		s.once(n)
	}
}

// contextOf is the folder that a Dockerfile is built from, as far as its place tells: its
// own, or that above if it stands in one for Dockerfiles.
func contextOf(s *site, name string) string {
	dir := path.Dir(name)
	switch path.Base(dir) {
	case "docker", ".docker", "build", "deploy", "deployment", "dockerfiles":
		return path.Dir(dir)
	}
	return dir
}

// inline is a file of an image whose content stands in its Dockerfile.
func inline(w *deploy.Workload, name string) (deploy.Text, bool) {
	if w.Image == nil || len(w.Image.Inline) == 0 {
		return deploy.Text{}, false
	}
	for _, at := range w.Image.Files(name) {
		if t, ok := w.Image.Inline[at]; ok {
			return t, true
		}
	}
	return deploy.Text{}, false
}

// overlay says whether an image's /init is that of s6-overlay.
func overlay(m *deploy.Image) bool {
	if strings.Contains(m.Base, "linuxserver/") || strings.Contains(m.Base, "s6-overlay") || strings.Contains(m.Base, "serversideup/") {
		return true
	}
	for _, r := range m.Runs {
		if strings.Contains(r.Value, "s6-overlay") {
			return true
		}
	}
	for name := range m.Env {
		if strings.HasPrefix(name, "S6_") {
			return true
		}
	}
	return false
}
