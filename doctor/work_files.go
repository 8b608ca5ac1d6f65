package doctor

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// workFiles are the repository's files as a workload's programs find them.
type workFiles struct{ listing *listing }

// place is where a worker looks for its settings.
func (f *workFiles) place(k *work) worker.Place {
	return worker.Place{
		Variable: k.variable,
		Open:     k.EnvOpen,
		Absent: func(name string) (deploy.Text, bool) {
			_, set := k.chain.Env[name]
			return k.EnvFile.Name, !set && k.EnvFile.Sets(name)
		},
		Read: func(name string) ([]byte, string, bool) {
			if dir := k.chain.Dir; dir != "" && !path.IsAbs(name) {
				if content, shown, ok := f.readIn(k.Workload, path.Join(dir, name)); ok {
					return content, shown, ok
				}
			}
			return f.readIn(k.Workload, name)
		},
	}
}

// around is what a workload's program finds, without what its command sets on the way.
func (f *workFiles) around(w *deploy.Workload) worker.Place {
	return worker.Place{Variable: w.Variable, Open: w.EnvOpen, Read: func(name string) ([]byte, string, bool) { return f.readIn(w, name) }}
}

// readIn reads a file that a workload's program knows by a name of its own.
func (f *workFiles) readIn(w *deploy.Workload, name string) ([]byte, string, bool) {
	if t, ok := inline(w, name); ok {
		return []byte(t.Value), t.Pos.File, true
	}
	if m, ok := w.Mounted(name); ok {
		return m.Content(), m.Text.Pos.File, true
	}
	tried := []string{}
	if w.Image != nil {
		if at, ok := w.Image.Source(name, f.listing.repo.Exists); ok {
			tried = append(tried, at)
		}
	}
	if !path.IsAbs(name) {
		tried = append(tried, path.Join(w.Root, name), path.Clean(name))
	} else {
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(w.Dir, "/")+"/"); ok && w.Dir != "" {
			tried = append(tried, path.Join(w.Root, rest))
		}
		if at, ok := f.listing.repo.Find(name); ok {
			tried = append(tried, at)
		}
	}
	for _, at := range tried {
		if content, err := f.listing.repo.Read(at); err == nil {
			return content, f.listing.repo.Shown(at), true
		}
	}
	return nil, "", false
}

// scripts finds the files that a workload's commands name.
func (f *workFiles) scripts(w *deploy.Workload) func(string) (deploy.Text, bool) {
	return func(name string) (deploy.Text, bool) {
		if !strings.Contains(name, "/") && w.Image == nil {
			return deploy.Text{}, false
		}
		if t, ok := inline(w, name); ok {
			return t, true
		}
		content, shown, ok := f.readIn(w, name)
		if !ok {
			content, shown, ok = f.published(w, name)
		}
		return deploy.Text{Value: string(content), Pos: Pos{File: shown, Line: 1}}, ok
	}
}

// published finds a script of an image that others may have from a registry: the only file here
// whose path ends as the script's does.
func (f *workFiles) published(w *deploy.Workload, name string) (content []byte, shown string, ok bool) {
	end := path.Clean(strings.TrimPrefix(name, "/"))
	if w.ImageName.Value == "" && w.Platform != deploy.Supervisor || image.Public(w.ImageName.Value) || path.Ext(end) != ".sh" && !strings.Contains(end, "/") || strings.HasPrefix(end, "..") {
		return nil, "", false
	}
	only := ""
	for _, at := range f.listing.names {
		if at != end && !strings.HasSuffix(at, "/"+end) {
			continue
		}
		if only != "" {
			return nil, "", false
		}
		only = at
	}
	content, err := f.listing.repo.Read(only)
	return content, f.listing.repo.Shown(only), err == nil && only != ""
}

// npm is what the package.json of a folder has for a script.
func (f *workFiles) npm(w *deploy.Workload) func(dir, script string) (deploy.Text, bool) {
	return func(dir, script string) (deploy.Text, bool) {
		content, shown, ok := f.readIn(w, path.Join(dir, "package.json"))
		if !ok {
			return deploy.Text{}, false
		}
		var file struct {
			Scripts map[string]string `json:"scripts"`
		}
		text := ""
		if json.Unmarshal(content, &file) == nil {
			text = file.Scripts[script]
		}
		line := 1 + strings.Count(before(string(content), `"`+script+`"`), "\n")
		return deploy.Text{Value: text, Pos: Pos{File: shown, Line: line}}, text != ""
	}
}

// before is what stands in front of the first of it.
func before(s, sep string) string { head, _, _ := strings.Cut(s, sep); return head }
