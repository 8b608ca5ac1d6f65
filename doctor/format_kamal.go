package doctor

import (
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kamal"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var formatKamal = format{name: "Kamal configuration", named: kamal.Named, holds: kamal.Holds, read: readKamal}

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
func (s *site) destinations(base string) bool {
	for _, name := range s.names {
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
	w := &deploy.Workload{Platform: deploy.Kamal, Name: "role " + r.Name, Pos: r.Pos, Image: s.built(build), Command: r.Command, Env: r.Env, EnvOpen: true,
		Init: r.Init, Grace: r.Grace, Root: build.Context, Detail: r}
	if !kamal.IsBase(name) {
		w.Name += " of " + path.Base(name)
	}
	all := []*deploy.Workload{w}
	if at, ok := s.queueInPuma(w, r); ok && !s.follow(w).worker() {
		jobs := *w
		jobs.Name += ", Solid Queue in Puma"
		jobs.Entry, jobs.Command, jobs.Init = &deploy.Command{Pos: at, Words: []deploy.Text{{Value: "bin/jobs", Pos: at}}}, nil, Pos{}
		jobs.Image = nil
		all = append(all, &jobs)
	}
	return all
}

// pumaPlugin is Solid Queue's plugin in config/puma.rb, and the variable that it depends on.
var pumaPlugin = regexp.MustCompile(`(?m)^[ \t]*plugin[ (]+:solid_queue\)?(?:[ \t]+if[ \t]+ENV(?:\.fetch\(|\[)["'](\w+)["'])?`)

// queueInPuma says whether a role's web server works jobs off, and where that is said.
func (s *site) queueInPuma(w *deploy.Workload, r *kamal.Role) (Pos, bool) {
	if !r.Proxied {
		return Pos{}, false
	}
	content, shown, ok := s.readIn(&deploy.Workload{Root: w.Root}, "config/puma.rb")
	m := pumaPlugin.FindSubmatchIndex(content)
	if !ok {
		return on(r, "SOLID_QUEUE_IN_PUMA")
	}
	if m == nil {
		return Pos{}, false
	}
	if m[2] >= 0 {
		return on(r, string(content[m[2]:m[3]]))
	}
	return Pos{File: shown, Line: 1 + strings.Count(string(content[:m[0]]), "\n")}, true
}

// on says whether a variable of a role is set to anything; Ruby takes each string for true.
func on(r *kamal.Role, name string) (Pos, bool) {
	t, ok := r.Env[name]
	return t.Pos, ok && t.Value != "" && !t.Open
}
