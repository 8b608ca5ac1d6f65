package doctor

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kamal"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// formatKamal is the configuration of a deploy by Kamal.
var formatKamal = format{name: "Kamal configuration", named: kamal.Named, holds: kamal.Holds, usual: kamal.Named, read: readKamal}

// readKamal adds the roles of a configuration. That of a destination is merged into the base;
// the base alone is what is deployed where there is no destination.
func readKamal(s *site, name string, content []byte) error {
	c := kamal.Config{}
	base := path.Join(path.Dir(name), "deploy"+path.Ext(name))
	names := []string{name}
	if name != base {
		names = append(names, base)
	} else if s.only == "" && s.destinations(name) {
		return nil
	}
	for _, n := range names {
		content, err := s.repo.Read(n)
		if err != nil {
			continue
		}
		docs, err := tree.YAML(s.repo.Shown(n), kamal.Plain(content))
		if err != nil && strings.Contains(string(content), "<%") {
			s.note(Note{Pos: s.pos(n), Text: "it is a template that is no YAML before it is rendered, and was not judged", Hint: "kamal config says what it makes of it"})
			return nil
		}
		if err != nil {
			return err
		}
		c.Docs = append(c.Docs, docs...)
	}
	for _, r := range c.Roles() {
		s.workloads = append(s.workloads, s.kamalWorkloads(&c, name, r)...)
	}
	return nil
}

// destinations says whether a base has any.
func (l *listing) destinations(base string) bool {
	for _, name := range l.names {
		if kamal.Named(name) && !kamal.IsBase(name) && path.Dir(name) == path.Dir(base) {
			return true
		}
	}
	return false
}

// kamalWorkloads are what a role starts: its command, and Solid Queue within Puma.
func (s *site) kamalWorkloads(c *kamal.Config, name string, r *kamal.Role) []*deploy.Workload {
	dir := path.Dir(path.Dir(name))
	dockerfile, context := c.Builder()
	build := &compose.Build{Context: path.Join(dir, context), Dockerfile: path.Join(dir, dockerfile), Target: c.Target()}
	w := &deploy.Workload{Platform: deploy.Kamal, Name: "role " + r.Name, Pos: r.Pos, Image: s.images.built(build), Command: r.Command, Env: r.Env, EnvOpen: true,
		Init: r.Init, Grace: r.Grace, Root: build.Context, Detail: r}
	if !kamal.IsBase(name) {
		w.Name += " of " + path.Base(name)
	}
	all := []*deploy.Workload{w}
	if at, ok := s.own.queueInPuma(w); ok && r.Proxied && !s.follower.follow(w).worker() { // its command is not known, or Puma behind something that is not
		jobs := *w
		jobs.Name += ", Solid Queue in Puma"
		jobs.Entry, jobs.Command, jobs.Init = &deploy.Command{Pos: at, Words: []deploy.Text{{Value: "puma", Pos: at}}}, nil, Pos{}
		jobs.Image = nil
		all = append(all, &jobs)
	}
	return all
}
