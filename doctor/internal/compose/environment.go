package compose

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// environment reads env_file and environment, which wins.
func (r *reader) environment(s *Service) {
	files, _ := r.value("env_file").([]any)
	for _, f := range files {
		name := fmt.Sprint(f)
		if m, ok := f.(map[string]any); ok {
			name = fmt.Sprint(m["path"])
		}
		r.envFile(s, name)
	}
	switch env := r.value("environment").(type) {
	case map[string]any:
		for key, value := range env {
			t := text(fmt.Sprint(value), r.envPos(key))
			if value == nil {
				t = deploy.Text{Value: "${" + key + "}", Pos: t.Pos, Open: true} // whoever starts compose has it
			}
			s.Env[key] = t
			s.EnvFile.Spare(key)
		}
	case []any:
		for _, item := range env {
			key, value, ok := strings.Cut(fmt.Sprint(item), "=")
			t := text(value, r.envPos(key))
			if !ok {
				t = deploy.Text{Value: "${" + key + "}", Pos: t.Pos, Open: true}
			}
			s.Env[key] = t
			s.EnvFile.Spare(key)
		}
	}
	for key, t := range s.Env {
		if v, ok := r.project.vars[key]; ok && t.Open && t.Value == "${"+key+"}" {
			s.Env[key] = deploy.Text{Value: v, Pos: t.Pos}
		}
	}
}

// envPos is where a variable is set, in a mapping or in a list.
func (r *reader) envPos(key string) deploy.Pos {
	for _, o := range r.origins {
		env := o.Node.Get("environment")
		if n := tree.Exactly(env, key); n.Exists() {
			return n.KeyPos()
		}
		for _, item := range env.Items() {
			if t := item.Text(); t.Value == key || strings.HasPrefix(t.Value, key+"=") {
				return t.Pos
			}
		}
	}
	return deploy.Pos{}
}

// filePos is where the service names its files of variables.
func (r *reader) filePos() deploy.Pos {
	for _, o := range r.origins {
		if n := o.Node.Get("env_file"); n.Exists() {
			return n.KeyPos()
		}
	}
	return deploy.Pos{}
}

// envFile reads a file of variables. One that is not here is on the server.
func (r *reader) envFile(s *Service, ref string) {
	name, ok := r.project.path(ref)
	content, err := []byte(nil), error(nil)
	if ok {
		content, err = r.project.files.Read(name)
	}
	if !ok || err != nil {
		s.EnvOpen, s.EnvFile = true, deploy.EnvFile{Name: text(ref, r.filePos())}
		return
	}
	found, err := parseEnv(content)
	if err != nil {
		s.EnvOpen, s.EnvFile = true, deploy.EnvFile{Name: text(ref, r.filePos())}
		r.project.note(Note{Pos: deploy.Pos{File: r.project.files.Shown(name)}, Text: "cannot be read as an env file: " + err.Error(), Unread: true})
		return
	}
	for key, value := range found {
		s.Env[key] = deploy.Text{Value: value, Pos: deploy.Pos{File: r.project.files.Shown(name), Line: lineOf(content, key)}}
		s.EnvFile.Spare(key)
	}
}

func lineOf(content []byte, key string) int {
	at := regexp.MustCompile(`(?m)^\s*(export\s+)?` + regexp.QuoteMeta(key) + `\s*[=:]`).FindIndex(content)
	if at == nil {
		return 0
	}
	line := 1 + strings.Count(string(content[:at[0]]), "\n")
	return line + strings.Count(string(content[at[0]:at[1]]), "\n")
}

// Setting is the value of keys that a file of the project itself has in the service, and
// that file.
func (s *Service) Setting(keys ...string) (tree.Node, string, bool) {
	for _, o := range s.Origins {
		if n := o.Node.Get(keys...); n.Exists() {
			return n, o.Name, true
		}
	}
	return tree.Node{}, "", false
}
