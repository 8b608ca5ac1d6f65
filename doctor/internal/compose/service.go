package compose

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// services reads what the merged model says of each service; the files themselves say where.
func (p *Project) services(model map[string]any) {
	all, _ := model["services"].(map[string]any)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		dict, _ := p.expand(all[name]).(map[string]any)
		origins := p.origins(name)
		if dict == nil || len(origins) == 0 || dict["extends"] != nil && p.gate.closed.extends {
			continue
		}
		r := reader{project: p, dict: dict, origins: origins}
		p.Services = append(p.Services, r.service(name))
	}
}

// expand puts the variables into all strings of a value.
func (p *Project) expand(v any) any {
	switch v := v.(type) {
	case string:
		return p.vars.expand(v, 0)
	case map[string]any:
		made := make(map[string]any, len(v))
		for key, value := range v {
			made[key] = p.expand(value)
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i, value := range v {
			made[i] = p.expand(value)
		}
		return made
	}
	return v
}

// reader reads one service.
type reader struct {
	project *Project
	dict    map[string]any
	origins []Origin
}

func (r *reader) service(name string) *Service {
	first := r.origins[0]
	for _, o := range r.origins { // the file that has it first is what a person looks at
		if o.Node.Exists() && slices.Index(r.project.Names, o.Name) >= 0 {
			first = o
		}
	}
	s := &Service{Name: name, Pos: first.Node.KeyPos(), Origins: r.origins, Image: r.text("image"), Signal: r.text("stop_signal"),
		Workdir: r.text("working_dir"), Hostname: r.text("hostname"), Env: map[string]deploy.Text{}}
	s.Build = r.build()
	s.Entry, s.NoEntry = r.command("entrypoint", s)
	s.Command, _ = r.command("command", s)
	r.environment(s)
	if on := r.text("init"); on.Value == "true" {
		s.Init = on.Pos
	}
	s.Grace = r.grace(s.Pos)
	s.Restart, s.Mounted = r.text("restart"), r.mounted(s.Build)
	if list, ok := r.value("profiles").([]any); ok {
		for _, name := range list {
			s.Profiles = append(s.Profiles, fmt.Sprint(name))
		}
	}
	s.Replicas = r.count("scale")
	if c := r.count("deploy", "replicas"); c.Pos.Known() {
		s.Replicas = c
	}
	return s
}

// value goes down the merged model.
func (r *reader) value(keys ...string) any {
	var v any = r.dict
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// node is where the value of keys stands.
func (r *reader) node(keys ...string) tree.Node {
	for _, o := range r.origins {
		if n := o.Node.Get(keys...); n.Exists() {
			return n
		}
	}
	return tree.Node{}
}

func (r *reader) text(keys ...string) deploy.Text {
	v := r.value(keys...)
	if v == nil {
		return deploy.Text{}
	}
	return text(fmt.Sprint(v), r.node(keys...).KeyPos())
}

func (r *reader) count(keys ...string) Count {
	t := r.text(keys...)
	n, err := strconv.Atoi(t.Value)
	if err != nil {
		return Count{}
	}
	return Count{N: n, Pos: t.Pos}
}

// build is what the image is made of.
func (r *reader) build() *Build {
	if r.value("build") == nil {
		return nil
	}
	part := func(key string) deploy.Text { return r.text("build", key) }
	context, file, target := part("context"), part("dockerfile"), part("target")
	b := &Build{Target: target.Value}
	at, ok := r.project.path(context.Value)
	if !ok || context.Open || file.Open || target.Open || part("dockerfile_inline").Value != "" || path.IsAbs(file.Value) {
		b.Elsewhere = true
		return b
	}
	if file.Value == "" {
		file.Value = "Dockerfile"
	}
	b.Context, b.Dockerfile = at, path.Join(at, file.Value)
	return b
}

// path is a path of the model as one of the repository.
func (p *Project) path(s string) (string, bool) {
	if strings.Contains(s, "://") || strings.HasPrefix(s, "git@") || strings.HasPrefix(s, "github.com/") || strings.HasPrefix(s, "~") {
		return "", false
	}
	if filepath.IsAbs(s) {
		root, err := filepath.Abs(p.files.Shown(p.Dir))
		if err != nil {
			return "", false
		}
		if s, err = filepath.Rel(root, s); err != nil {
			return "", false
		}
		s = filepath.ToSlash(s)
	}
	at := path.Join(p.Dir, s)
	return at, at != ".." && !strings.HasPrefix(at, "../")
}

// grace is stop_grace_period, as compose reads durations.
func (r *reader) grace(pos deploy.Pos) deploy.Figure {
	t := r.text("stop_grace_period")
	if !t.Given() {
		return deploy.Figure{Time: DefaultGrace * time.Second, Default: true, What: "Docker's default grace", Pos: pos}
	}
	f := deploy.Figure{What: "stop_grace_period", Pos: t.Pos}
	var d types.Duration
	switch err := d.DecodeMapstructure(t.Value); {
	case t.Open:
		f.Open = "is " + strconv.Quote(t.Value) + ", which no file here sets"
	case err != nil || d < 0:
		f.Open = "is " + strconv.Quote(t.Value) + ", which is no duration"
	default:
		f.Time = time.Duration(d)
	}
	return f
}

// mounted is where a volume lays the project's folder, or that of the build, over what is in
// the image.
func (r *reader) mounted(b *Build) deploy.Pos {
	list, _ := r.value("volumes").([]any)
	for _, v := range list {
		source := before(fmt.Sprint(v), ":")
		if m, ok := v.(map[string]any); ok {
			if source = fmt.Sprint(m["source"]); m["type"] != "bind" {
				continue
			}
		}
		at, ok := r.project.path(source)
		if ok && strings.HasPrefix(source, ".") && (at == r.project.Dir || b != nil && !b.Elsewhere && at == b.Context) {
			return r.node("volumes").KeyPos()
		}
	}
	return deploy.Pos{}
}

func before(s, sep string) string { head, _, _ := strings.Cut(s, sep); return head }
