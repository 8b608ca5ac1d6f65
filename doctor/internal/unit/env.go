package unit

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// Environment is what a section's Environment= and EnvironmentFile= set: the files come last and
// win, also those that are not here (systemd.exec(5)). read gives a file
// that is named there, and the name under which people know it.
func (u *Unit) Environment(section string, read func(name string) ([]byte, string, bool)) Env {
	env := Env{Values: map[string]deploy.Text{}}
	for _, e := range u.All(section, "Environment") {
		for _, w := range split(e.Value) {
			name, value, ok := strings.Cut(w.text, "=")
			if !ok || !isName(name) {
				continue
			}
			text, open := expand(value, u.Name)
			env.Values[name] = deploy.Text{Value: text, Pos: e.at(w.offset), Open: open}
		}
	}
	env.Open = len(u.All(section, "PassEnvironment")) > 0
	for _, e := range u.All(section, "EnvironmentFile") {
		name, open := expand(strings.TrimPrefix(e.Value, "-"), u.Name)
		content, shown, ok := []byte(nil), "", false
		if !open && !strings.ContainsAny(name, "*?[") {
			content, shown, ok = read(name)
		}
		if !ok {
			env.Open, env.File = true, deploy.EnvFile{Name: deploy.Text{Value: name, Pos: e.Pos, Open: open}}
			continue
		}
		for name, value := range variables(shown, string(content)) {
			env.Values[name] = value
			env.File.Spare(name)
		}
	}
	for _, e := range u.All(section, "UnsetEnvironment") {
		for _, w := range split(e.Value) {
			delete(env.Values, w.text)
			env.File.Spare(w.text)
		}
	}
	return env
}

// variables are those of an environment file (systemd.exec(5)): NAME=VALUE in lines, with
// quotes around values or none; nothing is put into them.
func variables(shown, content string) map[string]deploy.Text {
	all := map[string]deploy.Text{}
	for l := range logical(content, "") {
		name, value, ok := strings.Cut(strings.TrimSpace(l.text), "=")
		name = strings.TrimSpace(name)
		if !ok || !isName(name) {
			continue
		}
		value = strings.TrimSpace(value)
		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') {
			w, _ := next(value)
			value = w.text
		}
		all[name] = deploy.Text{Value: value, Pos: deploy.Pos{File: shown, Line: l.first}}
	}
	return all
}
