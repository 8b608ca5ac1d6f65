package doctor

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/crontab"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/script"
)

var formatCron = format{name: "crontab", named: isCrontab, read: readCrontab}

func isCrontab(name string) bool { return crontab.Named(name) || isSchedule(name) }

// isSchedule says whether a file is one of the whenever gem.
func isSchedule(name string) bool {
	return path.Base(name) == "schedule.rb" && path.Base(path.Dir(name)) == "config"
}

// A cronLine is an entry of a crontab, with the commands in it.
type cronLine struct {
	crontab.Line
	calls   []script.Call
	start   []deploy.Text // the command that starts a worker; nil: none
	guarded bool
	waits   bool // a flock waits for its lock
}

// readCrontab adds each entry that starts a worker, and its commands to those of scripts.
func readCrontab(s *site, name string, content []byte) error {
	lines := crontab.Read
	if isSchedule(name) {
		lines = func(_ string, content []byte) []crontab.Line { return crontab.Schedule(content) }
	}
	for _, l := range lines(name, content) {
		s.cronLine(name, l)
	}
	return nil
}

func (s *site) cronLine(name string, l crontab.Line) {
	at := Pos{File: s.repo.Shown(name), Line: l.Number}
	calls := script.Calls([]script.Piece{{Unit: l.When, Line: l.Number, Text: l.Command, Own: []int{l.Number}}})
	s.recipes = append(s.recipes, scriptFile{name: name, shown: at.File, kind: script.Shell, calls: calls, cron: true})
	line := cronLine{Line: l, calls: calls}
	w := &deploy.Workload{Platform: deploy.Cron, Name: "crontab, " + l.When, Pos: at, Root: rootOf(name), Env: map[string]deploy.Text{}}
	for key, value := range l.Env {
		w.Env[key] = deploy.Text{Value: value, Pos: at}
	}
	for _, c := range calls {
		words, guarded := unguarded(c, at)
		line.waits = line.waits || c.Name() == "flock"
		line.guarded = line.guarded || guarded || s.workFiles.guards(w, words)
		trial := *w
		trial.Entry = &deploy.Command{Pos: at, Words: words}
		if k := s.follower.follow(&trial); line.start == nil && k.worker() {
			line.start = words
		}
	}
	if line.start == nil {
		return
	}
	w.Entry = &deploy.Command{Pos: at, Words: line.start}
	w.Detail = line
	s.workloads = append(s.workloads, w)
}

// rootOf is the folder whose program a crontab starts: its own, or that above config.
func rootOf(name string) string {
	dir := path.Dir(name)
	for _, part := range []string{"cron.d", "etc", "cron", "config", "deploy", "crontabs"} {
		if path.Base(dir) == part {
			dir = path.Dir(dir)
		}
	}
	return dir
}

// unguarded are a command's words without what lets it run only once in front, and whether
// that was there.
func unguarded(c script.Call, at Pos) (words []deploy.Text, guarded bool) {
	all := c.Words
	for range 5 {
		if len(all) == 0 {
			break
		}
		switch path.Base(all[0].Value) {
		case "flock":
			rest, once := flock(all[1:])
			all, guarded = script.Bare(rest), guarded || once
			continue
		case "run-one", "solo", "lockrun", "cronlock", "setlock", "with-lock-ex":
			all, guarded = behindGuard(all[1:]), true
			continue
		}
		break
	}
	for _, w := range all {
		words = append(words, deploy.Text{Value: w.Value, Pos: at, Open: w.Open})
	}
	return words, guarded || looksFirst[c.Name()]
}

// looksFirst are programs by which a line finds out whether a worker is there.
var looksFirst = map[string]bool{"pgrep": true, "pidof": true, "ps": true}

// flock takes its options and its file away, and says whether it gives up where the lock is
// held.
func flock(words []script.Word) (rest []script.Word, once bool) {
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") {
		option := words[0].Value
		words = words[1:]
		short := len(option) > 1 && option[1] != '-'
		switch {
		case option == "--nonblock" || option == "--nb" || strings.HasPrefix(option, "--wait") || strings.HasPrefix(option, "--timeout") || short && strings.ContainsAny(option[1:], "nw"):
			once = true
		}
		if (option == "-w" || option == "-E" || option == "--wait" || option == "--timeout") && len(words) > 0 {
			words = words[1:]
		}
	}
	if len(words) > 0 {
		words = words[1:]
	}
	if len(words) > 1 && (words[0].Value == "-c" || words[0].Value == "--command") {
		var inner []script.Word
		for _, c := range script.Calls([]script.Piece{{Text: words[1].Value}}) {
			inner = c.Words
		}
		return inner, once
	}
	return words, once
}

// behindGuard are the words behind a guard's options and its lock.
func behindGuard(words []script.Word) []script.Word {
	for len(words) > 0 && (strings.HasPrefix(words[0].Value, "-") || strings.Contains(words[0].Value, "lock") && strings.Contains(words[0].Value, "/")) {
		words = words[1:]
	}
	return script.Bare(words)
}

// guards says whether a script that a line starts looks by itself whether a worker is there.
func (f *workFiles) guards(w *deploy.Workload, words []deploy.Text) bool {
	for _, word := range words {
		if word.Open || !strings.Contains(word.Value, "/") {
			continue
		}
		content, _, ok := f.readIn(w, word.Value)
		if !ok || !script.IsShell(content) {
			continue
		}
		for _, c := range script.Calls(script.Pieces(script.Shell, content)) {
			if c.Name() == "flock" || looksFirst[c.Name()] || c.Name() == "kill" && c.Has("-0") {
				return true
			}
		}
	}
	return false
}
