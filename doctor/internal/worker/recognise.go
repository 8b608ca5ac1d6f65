package worker

import (
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// Found is a worker in a command.
type Found struct {
	Kind  *Kind
	Words []deploy.Text // the program and its arguments

	// Own is the time that the program's own source sets; nil: none.
	Own *deploy.Figure

	// Bounded: its own source makes it end by itself.
	Bounded bool
}

// Known says which programs are workers, beside those that everybody knows.
type Known struct {
	Named []string // by the user: base names

	// Own is a program of the repository's own that is a worker by what it links; nil: there
	// are none.
	Own func(words []deploy.Text) (*Found, bool)
}

// programs are workers by their name alone.
var programs = map[string]*Kind{
	"sidekiq": Sidekiq, "sidekiqswarm": SidekiqSwarm, "resque-pool": ResquePool, "rqworker": RQ, "dramatiq": Dramatiq,
	"graphile-worker": Graphile, "que": Que, "faktory-worker": FaktoryRuby, "huey_consumer": Huey, "huey_consumer.py": Huey,
}

// A sub is a worker that is a part of a bigger program: its command is one of the words.
type sub struct {
	program string
	command string
	kind    *Kind
}

var subs = []sub{
	{"rq", "worker", RQ}, {"rq", "worker-pool", RQ}, {"rq.cli", "worker", RQ}, {"rq.cli", "worker-pool", RQ},
	{"rake", "jobs:work", DelayedJob}, {"rails", "jobs:work", DelayedJob}, {"rake", "jobs:workoff", DelayedJob}, {"rails", "jobs:workoff", DelayedJob},
	{"rake", "solid_queue:start", SolidQueue}, {"rails", "solid_queue:start", SolidQueue},
	{"rake", "resque:work", Resque}, {"rake", "resque:workers", Resque}, {"rails", "resque:work", Resque}, {"rails", "resque:workers", Resque},
	{"rake", "que:work", Que}, {"rails", "que:work", Que},
	{"resque", "work", Resque},
	{"artisan", "queue:work", Laravel}, {"artisan", "queue:listen", LaravelListen}, {"artisan", "horizon", Horizon},
	{"manage.py", "rqworker", RQ}, {"manage.py", "rqworker-pool", RQ}, {"django-admin", "rqworker", RQ}, {"manage.py", "rundramatiq", Dramatiq},
	{"rqworker.py", "", RQ}, {"manage.py", "run_huey", Huey}, {"bench", "worker", RQ}, {"bench", "worker-pool", RQ}, {"n8n", "worker", N8N},
}

// Recognise finds the worker that words start, if it is one.
func (k Known) Recognise(words []deploy.Text) (*Found, bool) {
	if len(words) == 0 || words[0].Open {
		return nil, false
	}
	inner := Interpreted(words)
	if kind := k.kind(inner[0].Value, inner[1:]); kind != nil {
		return &Found{Kind: kind, Words: inner}, true
	}
	if slices.Contains(runs, path.Base(inner[0].Value)) && slices.ContainsFunc(inner[1:], func(t deploy.Text) bool { return k.named(t.Value) }) {
		return &Found{Kind: Named, Words: inner}, true
	}
	if k.Own == nil {
		return nil, false
	}
	found, ok := k.Own(words)
	if ok && found.Words == nil {
		found.Words = words
	}
	return found, ok
}

// Knows says whether a program is one whose commands are known, by its name: what it is given
// decides whether it works jobs off.
func (k Known) Knows(program string) bool {
	name := path.Base(program)
	_, interprets := interpreters[strings.TrimRight(name, "0123456789.")]
	return interprets || manifold[name] || programs[name] != nil || slices.Contains(runs, name) || slices.ContainsFunc(subs, func(s sub) bool { return s.program == name })
}

// manifold are programs that have a worker among other commands, beside those in subs.
var manifold = map[string]bool{"celery": true, "airflow": true, "delayed_job": true, "good_job": true, "jobs": true, "tasuki": true, "supervisord": true}

// Unsaid is the word that would say whether a known program works jobs off, if no file resolves
// it: celery -A shop $ROLE.
func (k Known) Unsaid(words []deploy.Text) (word deploy.Text, ok bool) {
	if inner := Interpreted(words); k.Knows(inner[0].Value) {
		args := inner[1:]
		if path.Base(inner[0].Value) == "celery" { // its app says nothing of it
			args = skip(args, celeryValued...)
			args = args[:min(1, len(args))]
		}
		for _, w := range args {
			if w.Open && !strings.HasPrefix(w.Value, "-") {
				return w, true
			}
		}
	}
	return deploy.Text{}, false
}

// runs are programs of which the user names what they run: worker.js, worker.jar, shop:work.
var runs = []string{"node", "nodejs", "deno", "bun", "tsx", "ts-node", "java", "dotnet", "elixir", "mix", "rake", "rails", "artisan", "manage.py"}

// named says whether the user calls it a worker.
func (k Known) named(full string) bool {
	return slices.Contains(k.Named, path.Base(full)) || slices.Contains(k.Named, full)
}

func (k Known) kind(full string, args []deploy.Text) *Kind {
	name := path.Base(full)
	if k.named(full) {
		return Named
	}
	if kind := programs[name]; kind != nil {
		return kind
	}
	for _, s := range subs {
		if s.program == name && (s.command == "" || has(args, s.command)) {
			return s.kind
		}
	}
	switch {
	case name == "celery", name == "celery.bin.celery":
		return celery(args)
	case (name == "manage.py" || name == "airflow") && len(args) > 1 && args[0].Value == "celery":
		return celery(args[1:])
	case (name == "manage.py" || name == "flask") && belowRQ(args):
		return RQ
	case (name == "arq" || name == "arq.cli") && strings.Contains(first(args), ".") && !has(args, "--check"):
		return Arq
	case name == "delayed_job" && !has(args, "stop") && !has(args, "status"):
		return DelayedJob
	case name == "good_job" && (first(args) == "start" || first(args) == ""):
		return GoodJob
	case name == "jobs" && path.Base(path.Dir(full)) == "bin": // what its generator writes
		if rest := skip(args, "-c", "--config_file", "--config-file", "--recurring_schedule_file", "--recurring-schedule-file", "--mode"); len(rest) == 0 || rest[0].Value == "start" || rest[0].Open {
			return SolidQueue
		}
	case name == "tasuki" && first(skip(args, "--store")) == "supervise":
		return Supervisor
	}
	return nil
}

// belowRQ says whether a program's own rq is to start workers.
func belowRQ(args []deploy.Text) bool {
	rest := skip(args, "-A", "--app", "-e", "--env-file")
	return len(rest) > 1 && rest[0].Value == "rq" && (rest[1].Value == "worker" || rest[1].Value == "worker-pool")
}

// celeryValued are Celery's own flags that have a value of their own.
var celeryValued = []string{"-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir", "-C"}

// celery is its worker where that is the command that it is given, and not an app's name; or
// its daemon, which starts many.
func celery(args []deploy.Text) *Kind {
	rest := skip(args, celeryValued...)
	switch {
	case len(rest) == 0:
		return nil
	case rest[0].Value == "worker":
		return Celery
	case rest[0].Value == "multi" && (first(rest[1:]) == "start" || first(rest[1:]) == "restart"):
		return Celery
	}
	return nil
}

// first is the first word that is no flag.
func first(args []deploy.Text) string {
	if rest := skip(args); len(rest) > 0 {
		return rest[0].Value
	}
	return ""
}

// skip leaves out flags in front; the ones named have a value of their own.
func skip(args []deploy.Text, valued ...string) []deploy.Text {
	for len(args) > 0 && strings.HasPrefix(args[0].Value, "-") {
		if slices.Contains(valued, args[0].Value) && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	return args
}

func has(args []deploy.Text, word string) bool {
	return slices.ContainsFunc(args, func(t deploy.Text) bool { return t.Value == word })
}

// interpreters run a script or a module that is given to them; with the flags that have a
// value of their own.
var interpreters = map[string][]string{"ruby": {"-I", "-r", "-E", "-C"}, "php": {"-d", "-c", "-z"}, "python": {"-W", "-X", "-Q"}}

// Interpreted takes an interpreter away from in front of its script or module.
func Interpreted(words []deploy.Text) []deploy.Text {
	name := strings.TrimRight(path.Base(words[0].Value), "0123456789.")
	valued, ok := interpreters[name]
	if !ok {
		return words
	}
	rest := words[1:]
	for len(rest) > 1 && strings.HasPrefix(rest[0].Value, "-") {
		if rest[0].Value == "-m" {
			return rest[1:]
		}
		if slices.Contains(valued, rest[0].Value) {
			rest = rest[1:]
		}
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return words
	}
	return rest
}
