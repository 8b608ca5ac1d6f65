package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// A ranContainer is one that a unit's ExecStart runs by docker run or podman run. Its client passes
// systemd's signal to the first process in it, unless it has left (-d) or an ExecStop stops the container
// before that; what kills the client leaves the container alone.
type ranContainer struct {
	by      string       // docker, podman
	stopped bool         // by an ExecStop of its own
	stop    *stopCommand // that one, if it says no time; nil: it says one
	options map[string][]deploy.Text
}

// ran is what a command starts that runs a container.
func (u *unitWorkloads) ran(v variant, x unit.Exec, w deploy.Workload) (*deploy.Workload, bool) {
	words, by := x.Words, path.Base(x.Words[0].Value)
	if by != "docker" && by != "podman" {
		return nil, false
	}
	if words = words[1:]; len(words) > 0 && words[0].Value == "container" {
		words = words[1:]
	}
	if len(words) == 0 || words[0].Value != "run" {
		return nil, false
	}
	options, rest := optionsOf(words[1:], runAlone)
	if len(rest) == 0 {
		return nil, false
	}
	r := &ranContainer{by: by, options: options}
	w.Platform, w.ImageName, w.Image, w.Detail = deploy.Ran, rest[0], u.images.imageOf(rest[0].Value), r
	w.Command, w.Env, w.EnvOpen = nil, map[string]deploy.Text{}, len(options["--env-file"]) > 0
	w.EnvFile = deploy.EnvFile{}
	if len(rest) > 1 {
		w.Command = &deploy.Command{Pos: rest[1].Pos, Words: rest[1:]}
	}
	if file, ok := r.last("--env-file"); ok {
		if _, here := u.listing.repo.Find(file.Value); !here {
			w.EnvFile.Name = file
		}
	}
	r.into(&w)
	w.Grace = r.grace(v, x)
	return &w, true
}

// into puts what the options say into a workload.
func (r *ranContainer) into(w *deploy.Workload) {
	if t, ok := r.last("--entrypoint"); ok {
		w.Entry = &deploy.Command{Pos: t.Pos, Words: []deploy.Text{t}}
	}
	for _, e := range append(r.options["-e"], r.options["--env"]...) {
		name, value, given := strings.Cut(e.Value, "=")
		w.Env[name] = deploy.Text{Value: value, Pos: e.Pos, Open: e.Open || !given}
		w.EnvFile.Spare(name)
	}
	if t, ok := r.last("--init"); ok && t.Value != "false" {
		w.Init = t.Pos
	}
	if t, ok := r.last("--stop-signal"); ok {
		w.StopSignal = t
	}
}

// last is the last value of an option.
func (r *ranContainer) last(names ...string) (last deploy.Text, ok bool) {
	for _, name := range names {
		for _, t := range r.options[name] {
			last, ok = t, true
		}
	}
	return last, ok
}

// grace is the time from the stop signal to the kill: what an ExecStop waits, or else what systemd
// waits for the client.
func (r *ranContainer) grace(v variant, x unit.Exec) Figure {
	for _, stop := range v.Commands("Service", "ExecStop", unit.Env{Open: true}) {
		at := slices.IndexFunc(stop.Words, func(t deploy.Text) bool { return t.Value == "stop" })
		if path.Base(stop.Words[0].Value) != r.by || at < 0 {
			continue
		}
		r.stopped = true
		options, _ := optionsOf(stop.Words[at+1:], stopAlone)
		said := &ranContainer{options: options}
		if t, ok := said.last("-t", "--time", "--timeout"); ok {
			r.stop = nil
			return seconds(t, r.by+" stop -t")
		}
		r.stop = &stopCommand{stop, v.grace()}
	}
	if t, ok := r.last("--stop-timeout"); ok && r.stopped {
		return seconds(t, "--stop-timeout")
	}
	if r.stopped {
		return Figure{Time: podmanStop, What: "the default -t of " + r.by + " stop", Default: true, Pos: x.Pos}
	}
	if t, ok := r.last("-d", "--detach"); ok && t.Value != "false" {
		return Figure{What: "the time until the container is killed", Pos: x.Pos, Open: "is nobody's: " + r.by + " run -d leaves at once, and no ExecStop= stops the container"}
	}
	return v.grace()
}

// seconds is a number of them that an option has.
func seconds(t deploy.Text, what string) Figure {
	d, ok := unit.Span(t.Value)
	if !ok || t.Open {
		return Figure{What: what, Pos: t.Pos, Open: fmt.Sprintf("is %q, which no file here resolves", t.Value)}
	}
	return Figure{Time: d, What: what, Pos: t.Pos}
}

// outlives says of a finding that systemd kills the client alone, and the container goes on.
func (k *work) outlives(f *Finding) {
	r, ok := k.Detail.(*ranContainer)
	if !ok || r.stopped || k.Grace.Open != "" {
		return
	}
	f.Outcome = fmt.Sprintf("%s after the stop signal systemd kills %s run, and not the container: the worker runs on unseen, and the next start makes a second one beside it, or fails", deploy.Seconds(max(k.Grace.Time, 0)), r.by)
	if k.Grace.Endless {
		f.Outcome = "the worker never hears that it is to stop, and systemd waits for it without an end"
	}
}

// flagsAlone are options of docker run and podman run that have no value in the next word.
var flagsAlone = map[string]bool{"--detach": true, "--interactive": true, "--tty": true, "--rm": true, "--init": true, "--privileged": true, "--read-only": true, "--publish-all": true,
	"--no-healthcheck": true, "--oom-kill-disable": true, "--sig-proxy": true, "--disable-content-trust": true, "--help": true, "--quiet": true, "--replace": true, "--tls-verify": true,
	"--rmi": true, "--no-hosts": true, "--no-hostname": true, "--read-only-tmpfs": true, "--http-proxy": true, "--env-host": true, "--rootfs": true, "--passwd": true, "--ignore": true, "--all": true, "--latest": true}

// Those of one letter, of run and of stop.
const (
	runAlone  = "ditPq"
	stopAlone = "ail"
)

// optionsOf are the options in front of an image or a container, by their names, and what stands behind
// them; alone are the letters without a value.
func optionsOf(words []deploy.Text, alone string) (options map[string][]deploy.Text, rest []deploy.Text) {
	options = map[string][]deploy.Text{}
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") {
		w := words[0]
		words = words[1:]
		name, value, given := strings.Cut(w.Value, "=")
		switch {
		case w.Value == "--":
			return options, words
		case !strings.HasPrefix(name, "--"):
			words = letters(options, w, words, alone)
		case given:
			options[name] = append(options[name], deploy.Text{Value: value, Pos: w.Pos, Open: w.Open})
		case flagsAlone[name]:
			options[name] = append(options[name], deploy.Text{Value: "true", Pos: w.Pos})
		case len(words) > 0:
			options[name] = append(options[name], words[0])
			words = words[1:]
		}
	}
	return options, words
}

// letters reads options of one letter, -dit, -e NAME=VALUE, -eNAME=VALUE, -t=10, and leaves the words
// behind them.
func letters(options map[string][]deploy.Text, w deploy.Text, words []deploy.Text, alone string) []deploy.Text {
	for i := 1; i < len(w.Value); i++ {
		name, rest := "-"+w.Value[i:i+1], strings.TrimPrefix(w.Value[i+1:], "=")
		switch {
		case strings.Contains(alone, name[1:]):
			options[name] = append(options[name], deploy.Text{Value: "true", Pos: w.Pos})
			continue
		case rest == "" && len(words) > 0:
			options[name] = append(options[name], words[0])
			return words[1:]
		}
		options[name] = append(options[name], deploy.Text{Value: rest, Pos: w.Pos, Open: w.Open})
		return words
	}
	return words
}
