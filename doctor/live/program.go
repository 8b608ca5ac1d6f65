package live

import (
	"debug/buildinfo"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// title is what a process runs, for people: without its arguments, which may hold what nobody
// should read in a log.
func title(name string, command []string) string {
	if programs.Named(name) != programs.Shell {
		return name
	}
	switch {
	case programs.Inline(command):
		return name + " -c"
	case programs.Script(command) != "":
		return name + " " + path.Base(programs.Script(command))
	}
	return name
}

// A program is what a process was found to run.
type program struct {
	pid    int
	found  *worker.Found // nil: no worker that is known
	titled bool          // it calls itself by what it does: its flags cannot be seen
	told   worker.Told
	kind   programs.Kind
}

func (w *program) name() string {
	if w.found == nil {
		return ""
	}
	return w.found.Kind.Name
}

// titles are what workers call themselves while they run, by how that begins.
var titles = []struct {
	begins string
	kind   *worker.Kind
}{
	{"sidekiq ", worker.Sidekiq}, {"delayed_job", worker.DelayedJob}, {"resque-", worker.Resque}, {"solid-queue", worker.SolidQueue},
	{"[celeryd: ", worker.Celery}, {"good_job", worker.GoodJob},
}

// modules are the libraries by which a Go program is a worker.
var modules = map[string]*worker.Kind{"github.com/tasuki-jobs/tasuki": worker.Tasuki, "github.com/hibiken/asynq": worker.Asynq,
	"github.com/riverqueue/river": worker.River, "github.com/contribsys/faktory_worker_go": worker.Faktory}

// identify finds what a process is by its command line, by what it calls itself, by what it links.
func identify(pid int, command []string, o doctor.Options) *program {
	w := &program{pid: pid, told: worker.Told{Timeout: o.Timeout, LongestJob: o.LongestJob}, kind: programs.Of(command)}
	var words []deploy.Text
	for _, c := range command {
		words = append(words, deploy.Text{Value: c, Pos: deploy.Pos{File: file(pid, "cmdline")}})
	}
	known := worker.Known{Named: o.Workers}
	if found, ok := known.Recognise(words); ok {
		w.found = found
		return w
	}
	if script := slices.Index(command, programs.Script(command)); w.kind == programs.Shell && script > 0 {
		if found, ok := known.Recognise(words[script:]); ok { // a worker that is a script itself
			w.found = found
			return w
		}
	}
	if len(words) == 0 {
		return w
	}
	for _, t := range titles {
		if strings.HasPrefix(words[0].Value, t.begins) {
			w.found, w.titled = &worker.Found{Kind: t.kind, Words: words[:1]}, true
			return w
		}
	}
	if kind := linked(pid); kind != nil {
		w.found = &worker.Found{Kind: kind, Words: words}
	}
	return w
}

// linked is the kind of worker that a Go program is, by the modules that it was built with.
func linked(pid int) *worker.Kind {
	f, err := os.Open(file(pid, "exe"))
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := buildinfo.Read(f)
	if err != nil {
		return nil
	}
	for _, m := range info.Deps {
		if kind := modules[m.Path]; kind != nil {
			return kind
		}
	}
	return nil
}

// needs are the times that its stop takes.
func (w *program) needs(env func(string) string) []deploy.Figure {
	if w.found == nil {
		if w.told.Timeout > 0 {
			return []deploy.Figure{{Time: w.told.Timeout, What: "its own stop (--worker-timeout)"}, {Time: worker.Flush, What: "to say so and exit", Default: true}}
		}
		return []deploy.Figure{{What: "its own stop", Open: "is not known: --worker-timeout says it"}}
	}
	needs := w.found.Needs(worker.Place{Read: w.read, Variable: func(name string) (deploy.Text, bool) {
		v := env(name)
		return deploy.Text{Value: v, Pos: deploy.Pos{File: file(w.pid, "environ")}}, v != ""
	}}, w.told)
	if w.titled && needs[0].Default && len(w.found.Kind.Flags) > 0 {
		needs[0].What += ", if no " + w.found.Kind.Flags[0] + " was given: what it calls itself hides that"
	}
	return needs
}

// maxFile is more than a worker's configuration has.
const maxFile = 1 << 20

// read is a file as the process sees it: of its own folder, or of its own root.
func (w *program) read(name string) ([]byte, string, bool) {
	at := file(w.pid, "cwd/"+name)
	if path.IsAbs(name) {
		at = file(w.pid, "root"+path.Clean(name))
	}
	info, err := os.Stat(at)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, "", false
	}
	f, err := os.Open(at)
	if err != nil {
		return nil, "", false
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile))
	return content, at, err == nil
}

// below are the processes that one has started, so that whoever named the wrong one finds the
// right one.
func below(pid int) string {
	all, err := proc.All()
	if err != nil {
		return ""
	}
	var text []string
	for _, p := range proc.Descendants(all, pid) {
		if len(text) < 10 {
			text = append(text, strconv.Itoa(p.PID)+" "+p.Name)
		}
	}
	return strings.Join(text, ", ")
}

// notWorkers are programs that start workers and are none.
var notWorkers = []programs.Kind{programs.Shell, programs.Init, programs.Services, programs.Manager, programs.OurInit, programs.Runner, programs.Switcher, programs.Timer}

func (w *program) starter() bool { return w.found == nil && slices.Contains(notWorkers, w.kind) }
