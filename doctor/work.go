package doctor

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A work is a workload that was followed to its worker.
type work struct {
	*deploy.Workload
	chain *chain.Chain
	sum   *Sum // nil: nothing says how it is stopped

	entry deploy.Text // an entry point that is not in this repository
}

// worker says whether it works jobs off.
func (w *work) worker() bool { return w.chain.Worker != nil }

// kind is what its worker is; only for workers.
func (w *work) kind() *worker.Kind { return w.chain.Worker.Kind }

// follow follows a workload's command, and adds up its times.
func (s *site) follow(w *deploy.Workload) *work {
	known := s.known
	known.Own = s.ownWorker(w)
	in := chain.Place{Known: known, Env: w.Variable, Script: s.scripts(w), NPM: s.npm(w), Family: image.Family(w.ImageName.Value)}
	if w.Image != nil {
		in.Family, in.Overlay = w.Image.Family, overlay(w.Image)
	}
	k := &work{Workload: w, chain: chain.Follow(behindPublic(w), in)}
	if w.Platform == deploy.Docker && !k.worker() && w.Bare() { // somebody says at the start what it is to do
		k.chain = chain.Follow(append(w.Words(), deploy.Text{Value: `"$@"`, Pos: w.Pos, Open: true}), in)
	}
	if w.Platform == deploy.Docker && !k.worker() && len(w.Image.Env) > 0 { // or sets a variable that the image has a value of
		in.Env = w.Settable
		if other := chain.Follow(behindPublic(w), in); other.Worker != nil {
			k.chain = other
		}
	}
	if !k.worker() {
		s.behindEntry(k, in)
	}
	if web, ok := unnamedWeb(w); ok && !k.worker() {
		k.chain = chain.Follow([]deploy.Text{web}, in)
	}
	if !k.worker() || w.Platform == deploy.Docker || w.Platform == deploy.Cron || w.Platform == deploy.Procfile {
		return k
	}
	k.sum = &Sum{Need: k.chain.Worker.Needs(s.place(k), s.tells()), Grace: w.Grace, Less: w.Less}
	k.settle()
	return k
}

// behindPublic are the words of what is started, with those in front that a well-known image's own
// entry point becomes.
func behindPublic(w *deploy.Workload) []deploy.Text {
	entry, command := w.Starts()
	name := w.ImageName.Value
	if w.Image != nil {
		name = w.Image.Base
	}
	if entry != nil || command == nil || command.Form == deploy.Shell {
		return w.Words()
	}
	var words []deploy.Text
	for _, word := range image.Entry(name) {
		words = append(words, deploy.Text{Value: word, Pos: command.Pos, Implied: true})
	}
	return append(words, command.Words...)
}

// tells is what the user says of the workers' times.
func (s *site) tells() worker.Told {
	return worker.Told{Timeout: s.told.Timeout, LongestJob: s.told.LongestJob}
}

// behindEntry takes an entry point that is not in this repository for one that becomes what it
// is given, as nearly all do: the worker behind it is known at least, and its times.
func (s *site) behindEntry(k *work, in chain.Place) {
	entry, command := k.Starts()
	if entry == nil || command == nil || command.Form == deploy.Shell || len(command.Words) == 0 {
		return
	}
	program := k.chain.Program
	n := len(program) - len(command.Words)
	if n < 1 || program[0].Open || !slices.EqualFunc(program[n:], command.Words, func(a, b deploy.Text) bool { return a == b }) {
		return
	}
	if !strings.Contains(command.Words[0].Value, "/") && len(command.Words) == 1 {
		in.Known.Own = nil // it may be a command of the entry point's own: shop worker
	}
	behind := chain.Follow(command.Words, in)
	if behind.Worker == nil {
		return
	}
	behind.Links = append(append(k.chain.Links, chain.Link{Role: chain.Wrapper, Name: path.Base(program[0].Value), Pos: program[0].Pos}), behind.Links...)
	maps.Copy(behind.Env, k.chain.Env)
	k.chain = behind
	k.entry = program[0]
}

// usualEntries are entry points of public images that become what they are given.
var usualEntries = map[string]bool{"docker-entrypoint.sh": true, "docker-php-entrypoint": true}

// strange says of an entry point that nobody here can look into it.
func (s *site) strange(entry deploy.Text) {
	n := Note{Pos: entry.Pos, Text: "what " + entry.Value + " does with a stop signal is not known: it is no script of this repository", Hint: "it has to become what it is given: exec \"$@\""}
	if entry.Given() && !usualEntries[path.Base(entry.Value)] && !slices.Contains(s.notes, n) {
		s.note(n)
	}
}

// place is where a worker looks for its settings.
func (s *site) place(k *work) worker.Place {
	return worker.Place{
		Variable: k.variable,
		Open:     k.EnvOpen,
		Read: func(name string) ([]byte, string, bool) {
			if dir := k.chain.Dir; dir != "" && !path.IsAbs(name) {
				if content, shown, ok := s.readIn(k.Workload, path.Join(dir, name)); ok {
					return content, shown, ok
				}
			}
			return s.readIn(k.Workload, name)
		},
	}
}

// variable is what the worker finds in one: the command may have set it on the way.
func (k *work) variable(name string) (deploy.Text, bool) {
	if t, ok := k.chain.Env[name]; ok {
		return t, true
	}
	return k.Variable(name)
}

// readIn reads a file that a workload's program knows by a name of its own.
func (s *site) readIn(w *deploy.Workload, name string) ([]byte, string, bool) {
	if t, ok := inline(w, name); ok {
		return []byte(t.Value), t.Pos.File, true
	}
	if m, ok := w.Mounted(name); ok {
		return m.Content(), m.Text.Pos.File, true
	}
	tried := []string{}
	if w.Image != nil {
		if at, ok := w.Image.Source(name, s.repo.Exists); ok {
			tried = append(tried, at)
		}
	}
	if !path.IsAbs(name) {
		tried = append(tried, path.Join(w.Root, name), path.Clean(name))
	} else {
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(w.Dir, "/")+"/"); ok && w.Dir != "" {
			tried = append(tried, path.Join(w.Root, rest))
		}
		if at, ok := s.repo.Find(name); ok {
			tried = append(tried, at)
		}
	}
	for _, at := range tried {
		if content, err := s.repo.Read(at); err == nil {
			return content, s.repo.Shown(at), true
		}
	}
	return nil, "", false
}

// scripts finds the files that a workload's commands name.
func (s *site) scripts(w *deploy.Workload) func(string) (deploy.Text, bool) {
	return func(name string) (deploy.Text, bool) {
		if !strings.Contains(name, "/") && w.Image == nil {
			return deploy.Text{}, false
		}
		if t, ok := inline(w, name); ok {
			return t, true
		}
		content, shown, ok := s.readIn(w, name)
		if !ok {
			content, shown, ok = s.published(w, name)
		}
		return deploy.Text{Value: string(content), Pos: Pos{File: shown, Line: 1}}, ok
	}
}

// published finds a script of an image that others may have from a registry: the only file here
// whose path ends as the script's does.
func (s *site) published(w *deploy.Workload, name string) (content []byte, shown string, ok bool) {
	end := path.Clean(strings.TrimPrefix(name, "/"))
	if w.ImageName.Value == "" && w.Platform != deploy.Supervisor || image.Public(w.ImageName.Value) || path.Ext(end) != ".sh" && !strings.Contains(end, "/") || strings.HasPrefix(end, "..") {
		return nil, "", false
	}
	only := ""
	for _, at := range s.names {
		if at != end && !strings.HasSuffix(at, "/"+end) {
			continue
		}
		if only != "" {
			return nil, "", false
		}
		only = at
	}
	content, err := s.repo.Read(only)
	return content, s.repo.Shown(only), err == nil && only != ""
}

// npm is what the package.json of a folder has for a script.
func (s *site) npm(w *deploy.Workload) func(dir, script string) (deploy.Text, bool) {
	return func(dir, script string) (deploy.Text, bool) {
		content, shown, ok := s.readIn(w, path.Join(dir, "package.json"))
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

func before(s, sep string) string { head, _, _ := strings.Cut(s, sep); return head }

// judge follows all workloads and asks all rules.
func (s *site) judge(r *Report) {
	all := &scene{site: s}
	for _, w := range s.workloads {
		k := s.follow(w)
		all.works = append(all.works, k)
		if !k.worker() {
			s.unfollowed(k)
		} else {
			s.strange(k.entry)
			for _, l := range k.chain.Links {
				if l.Strange {
					s.strange(deploy.Text{Value: l.Name, Pos: l.Pos})
				}
			}
			r.Workers = append(r.Workers, Worker{Name: k.Name, Kind: k.kind().Name, Pos: k.Pos, Command: strings.Join(deploy.Values(k.chain.Program), " "), Sum: k.sum})
		}
	}
	kept, ignored := s.sort(all.run())
	r.Findings, r.Ignored = append(r.Findings, kept...), append(r.Ignored, ignored...)
	r.Notes = append(r.Notes, s.notes...)
	r.Files += s.files
}
