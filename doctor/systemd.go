package doctor

import (
	"path"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// A service is what systemd is told of a workload.
type service struct {
	variant
	env  unit.Env
	exec unit.Exec // of ExecStart; of a container none
	user bool      // the unit of a user's own systemd
}

// service is what systemd is told of a workload, if it is the one that starts it.
func (k *work) service() (*service, bool) {
	s, ok := k.Detail.(*service)
	return s, ok
}

// unitWorkloads makes workloads of units.
type unitWorkloads struct {
	listing  *listing
	notebook *notebook
	images   *images
}

// services are the workloads of a unit.
func (u *unitWorkloads) services(v variant) (all []*deploy.Workload) {
	for _, f := range v.Files {
		u.misplaced(f)
	}
	if strings.HasSuffix(v.Name, ".container") {
		return []*deploy.Workload{u.container(v)}
	}
	base := service{variant: v, user: isUsers(v)}
	root := u.rootOf(v)
	base.env = v.Environment("Service", u.environmentFile(root, v))
	for _, x := range v.Commands("Service", "ExecStart", base.env) {
		sv := base
		sv.exec = x
		w := &deploy.Workload{Platform: deploy.Systemd, Name: sv.title(), Pos: x.Pos, Command: &deploy.Command{Pos: x.Pos, Words: x.Words},
			Env: base.env.Values, EnvOpen: base.env.Open, EnvFile: base.env.File, Root: root, Dir: v.workdir(), Detail: &sv, Grace: sv.grace()}
		if e, ok := v.Last("Service", "KillSignal"); ok {
			w.StopSignal = deploy.Text{Value: e.Value, Pos: e.Pos}
		}
		if ran, ok := u.ran(v, x, *w); ok {
			w = ran
		}
		all = append(all, w)
	}
	return all
}

func (v variant) title() string {
	if v.place != "" {
		return v.Name + " (" + v.place + ")"
	}
	return v.Name
}

// isUsers says whether a unit is for a user's own systemd: by its folder.
func isUsers(v variant) bool {
	dir := "/" + path.Dir(v.file) + "/"
	return strings.Contains(dir, "/systemd/user/") || strings.Contains(dir, "/.config/systemd/") || strings.Contains(dir, "/.config/containers/systemd/") ||
		strings.Contains(dir, "/containers/systemd/users/")
}

// misplaced notes what decides how a service is stopped and stands where systemd does not
// read it.
func (u *unitWorkloads) misplaced(f *unit.File) {
	for _, e := range f.Entries {
		if home := stopKeys[e.Key]; home != "" && e.Section != home && (e.Section == "Unit" || e.Section == "Install" || e.Section == "Service" || e.Section == "Container") {
			u.notebook.note(Note{Pos: e.Pos, Text: e.Key + " has no effect in [" + e.Section + "]", Hint: "it belongs into [" + home + "]"})
		}
	}
}

var stopKeys = map[string]string{"TimeoutStopSec": "Service", "TimeoutSec": "Service", "KillMode": "Service", "KillSignal": "Service",
	"ExecStop": "Service", "Restart": "Service", "WatchdogSec": "Service", "OOMPolicy": "Service", "StopTimeout": "Container"}

// defaultStop is what systemd waits where no file says it (systemd-system.conf(5)).
const defaultStop = 90 * time.Second

// grace is the time between the stop signal and the kill. 0 is no limit, as infinity is.
func (v variant) grace() Figure {
	d, e, odd := v.Time("Service", "TimeoutStopSec", "TimeoutSec")
	f := Figure{Time: d, What: e.Key, Pos: e.Pos}
	switch {
	case !e.Pos.Known() && !v.Whole:
		f = Figure{What: "TimeoutStopSec", Open: "stands in a unit that is not here, or nowhere"}
	case !e.Pos.Known():
		f = Figure{Time: defaultStop, What: "systemd's default TimeoutStopSec", Default: true, Pos: v.Header("Service")}
	case d == 0 || d == unit.Forever:
		f.Time, f.Endless = 0, true
	}
	if len(odd) > 0 {
		f.What += " (" + odd[len(odd)-1].Key + "=" + odd[len(odd)-1].Value + " is no time to systemd)"
		f.Pos = odd[len(odd)-1].Pos
	}
	return f
}

// killMode is whom a stop signals.
func (v variant) killMode() (mode string, at Pos) {
	mode = "control-group"
	for _, f := range v.Files {
		for _, e := range f.Entries {
			if e.Section == "Service" && e.Key == "KillMode" {
				switch e.Value {
				case "":
					mode, at = "control-group", Pos{}
				case "control-group", "mixed", "process", "none":
					mode, at = e.Value, e.Pos
				}
			}
		}
	}
	return mode, at
}

// forks says whether what ExecStart starts ends by itself and leaves the worker behind: then
// nothing of it stands in front of the worker.
func (v variant) forks() bool { return v.Is("Service", "Type", "forking", "oneshot") }

// hears says whether systemd takes messages of the service: of its main process, or of all.
func (v variant) hears() (main, all bool) {
	if v.Is("Service", "NotifyAccess", "all") {
		return true, true
	}
	return v.Is("Service", "NotifyAccess", "main", "exec") || v.Is("Service", "Type", "notify", "notify-reload"), false
}

// workdir is the folder that a service runs in; empty: none is named.
func (v variant) workdir() string {
	e, _ := v.Last("Service", "WorkingDirectory")
	return strings.TrimPrefix(e.Value, "-")
}

// rootOf is the folder of the repository that a unit's program runs in: the longest end of
// WorkingDirectory= that is one here, or else the repository itself.
func (u *unitWorkloads) rootOf(v variant) string {
	if v.workdir() == "" {
		return ""
	}
	parts := strings.Split(strings.Trim(path.Clean(v.workdir()), "/"), "/")
	for i := range parts {
		if dir := path.Join(parts[i:]...); u.listing.hasFolder(dir) {
			return dir
		}
	}
	return ""
}

// environmentFile finds a file of variables: below the service's own folder, or by the end of
// its path.
func (u *unitWorkloads) environmentFile(root string, v variant) func(string) ([]byte, string, bool) {
	return func(name string) ([]byte, string, bool) {
		tried := []string{}
		if rest, ok := strings.CutPrefix(name, strings.TrimSuffix(v.workdir(), "/")+"/"); ok && v.workdir() != "" {
			tried = append(tried, path.Join(root, rest))
		}
		if at, ok := u.listing.repo.Find(name); ok {
			tried = append(tried, at)
		}
		if !path.IsAbs(name) { // a container's, which stands beside its unit
			tried = append(tried, path.Join(path.Dir(v.file), name))
		}
		for _, at := range tried {
			if content, err := u.listing.repo.Read(at); err == nil {
				return content, u.listing.repo.Shown(at), true
			}
		}
		return nil, "", false
	}
}
