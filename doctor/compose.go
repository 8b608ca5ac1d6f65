package doctor

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A composed is a service with the project that it is of.
type composed struct {
	project *compose.Project
	service *compose.Service
}

// composeWorkload is what a service starts.
func composeWorkload(made *images, p *compose.Project, service *compose.Service) *deploy.Workload {
	w := &deploy.Workload{Platform: deploy.Compose, Name: composeName(p, service.Name), Pos: service.Pos, ImageName: service.Image,
		Entry: service.Entry, Command: service.Command, Env: service.Env, EnvOpen: service.EnvOpen, EnvFile: service.EnvFile, Init: service.Init,
		StopSignal: service.Signal, Grace: service.Grace, Root: p.Dir, Detail: composed{p, service}}
	w.Image = made.composeImage(p, service)
	if b := service.Build; b != nil && !b.Elsewhere {
		w.Root = b.Context
	}
	if w.Image != nil && (service.Workdir.Value != "" || service.NoEntry) {
		m := *w.Image
		if service.Workdir.Value != "" && !service.Workdir.Open {
			m.Workdir = service.Workdir.Value
		}
		if service.NoEntry {
			m.Entry = nil
		}
		w.Image = &m
	}
	return w
}

// composeImage is the image that a service is built from here: its own, or that of a
// service whose image has the same name.
func (i *images) composeImage(p *compose.Project, service *compose.Service) *deploy.Image {
	if service.Build != nil {
		return i.built(service.Build)
	}
	if service.Image.Value == "" {
		return nil
	}
	for _, other := range p.Services {
		if other.Build != nil && other.Image.Value == service.Image.Value {
			return i.built(other.Build)
		}
	}
	if !ours(service) {
		return nil
	}
	return i.imageOf(service.Image.Value)
}

// ours says whether an image may be one that this repository builds: a worker's command is
// no part of a database's image, and those have no registry or a known one.
func ours(service *compose.Service) bool {
	name := service.Image.Value
	if service.Command == nil && service.Entry == nil {
		return service.Image.Open
	}
	return strings.Contains(name, "/") || service.Image.Open || !strings.Contains(name, ":")
}

// built is a stage of the Dockerfile that a service names.
func (i *images) built(b *compose.Build) *deploy.Image {
	if b.Elsewhere {
		return nil
	}
	stages := i.stages[b.Dockerfile]
	if stages == nil {
		content, err := i.listing.repo.Read(b.Dockerfile)
		if err != nil {
			return nil
		}
		if stages, err = image.Read(i.listing.repo.Shown(b.Dockerfile), b.Context, content); err != nil {
			i.notebook.note(Note{Pos: i.listing.pos(b.Dockerfile), Text: err.Error(), Unread: true})
			return nil
		}
		i.stages[b.Dockerfile] = stages
	}
	m := *stages[len(stages)-1]
	for n, stage := range stages {
		if b.Target != "" && (strings.EqualFold(stage.Name, b.Target) || strconv.Itoa(n) == b.Target) {
			m = *stage
		}
	}
	m.Context = b.Context
	return &m
}

// developed is the setting by which a service says that it is not the one that is deployed;
// empty: none. One that a variable may change says nothing.
func developed(w *deploy.Workload, service *compose.Service) string {
	if len(service.Profiles) > 0 && !slices.ContainsFunc(service.Profiles, func(name string) bool { return !forPeople.MatchString(name) }) {
		return "its profile " + service.Profiles[0]
	}
	if service.Mounted.Known() && (!service.Restart.Given() || service.Restart.Value == "no" || service.Restart.Value == "false") {
		return "the source that is laid over its image, without restart,"
	}
	for _, name := range []string{"RAILS_ENV", "RACK_ENV", "NODE_ENV", "APP_ENV", "FLASK_ENV", "FLASK_DEBUG", "MIX_ENV", "GO_ENV", "ENVIRONMENT"} {
		t, ok := w.Env[name]
		if !ok || t.Open || plainOf(service, name) != t.Value {
			continue
		}
		switch strings.ToLower(t.Value) {
		case "development", "dev", "test", "testing", "local":
			return name + "=" + t.Value
		}
	}
	return ""
}

// plainOf is a variable as it is written in environment, without what compose makes of it.
func plainOf(service *compose.Service, name string) string {
	for _, o := range service.Origins {
		env := o.Node.Get("environment")
		for k, v := range env.Pairs() {
			if k.Value == name {
				return v.Text().Value
			}
		}
		for _, item := range env.Items() {
			if value, ok := strings.CutPrefix(item.Text().Value, name+"="); ok {
				return value
			}
		}
	}
	return ""
}

var graceValue = regexp.MustCompile(`(stop_grace_period["']?\s*:\s*)("[^"]*"|'[^']*'|[^\s#,{}\[\]]+)`)

// plainGrace says whether a line has one grace, which is written out.
func plainGrace(line string) bool {
	found := graceValue.FindAllString(line, 2)
	return len(found) == 1 && !strings.ContainsAny(found[0], "$*&!")
}

// setPeriod writes the service's grace: in its place if it has one of its own, or else as
// its first line.
func (k *work) setPeriod(s *site) (fix string, paste []string, edits []Edit) {
	if k.sum == nil || k.sum.Open() != "" {
		return "set stop_grace_period of the service to what the worker needs", nil, nil
	}
	value := strconv.Itoa(int(k.proposed().Seconds())) + "s"
	line := "stop_grace_period: " + value
	fix = "in the service, beside its image"
	c := k.Detail.(composed)
	if node, name, ok := c.service.Setting("stop_grace_period"); ok {
		content, err := s.repo.Read(name)
		lines := strings.Split(string(content), "\n")
		if at := node.KeyPos().Line; err == nil && at > 0 && at <= len(lines) && plainGrace(lines[at-1]) {
			if made := graceValue.ReplaceAllString(lines[at-1], "${1}"+value); made != lines[at-1] {
				edits = []Edit{{File: s.repo.Shown(name), First: at, Last: at, Lines: []string{made}}}
			}
		}
		return fix, []string{line}, edits
	}
	for _, o := range c.service.Origins {
		if name := c.service.Pos.File; o.Node.Pos().File == name && o.Node.KeyPos() == c.service.Pos {
			edits = firstLine(o.Node, line)
		}
	}
	return fix, []string{line}, edits
}

// firstLine puts a line in front of a mapping's first own key, where that has a line of its
// own.
func firstLine(n tree.Node, line string) []Edit {
	for key, value := range n.Pairs() {
		if n.Flow() || key.Pos.Line <= n.KeyPos().Line || key.Pos.Line > n.Last() {
			continue // it is merged from elsewhere
		}
		return []Edit{{File: key.Pos.File, First: key.Pos.Line, Last: key.Pos.Line - 1, Lines: []string{strings.Repeat(" ", max(value.Column()-1, 0)) + line}}}
	}
	return nil
}
