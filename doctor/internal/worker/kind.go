// Package worker knows the programs that work jobs off: how they are started, and how long
// each takes to stop, by its flags, its environment, its own configuration.
package worker

import (
	"slices"
	"time"
)

// A Kind is a worker program as its documentation has it.
type Kind struct {
	Name    string
	Time    time.Duration // how long a stop may take by default
	Endless bool          // by default it waits for its jobs for as long as they take
	Extra   time.Duration // what it takes on top of that
	ExtraIs string        // what that is
	Own     string        // why its time is not known where nothing sets it; empty: it is

	Flags []string      // that set the time: --timeout
	Env   []string      // variables that do
	Unit  time.Duration // of a number without one; 0: seconds
	NoEnd []string      // values that mean that it has no end, beside those below 0
	files []look
	wins  look // for what wins over flags too

	// Stops are the signals on which it lets jobs end; the others end it at once, or do
	// nothing. Empty: TERM and INT.
	Stops []string

	// Aborts are signals that end it at once, with its jobs.
	Aborts []string

	// Graceful is a variable that makes it let jobs end on TERM too.
	Graceful string

	// Forks: a signal to its whole process group harms it, since its jobs run in child
	// processes of their own.
	Forks bool

	// Runtime is what it is written in, where that reaps no orphans as a first process.
	Runtime string

	// Quiets: TSTP makes it take no more jobs, and nothing takes that back.
	Quiets bool
}

// A look is for a setting in a worker's own files.
type look func(*Found, Place) (setting, bool)

// The kinds. Defaults and their sources: docs/doctor.md has them as a table.
var (
	Tasuki       = &Kind{Name: "tasuki", Time: 25 * time.Second, Flags: []string{"-t", "--t"}, Env: []string{"TASUKI_TIMEOUT"}, Runtime: "Go"}
	Supervisor   = &Kind{Name: "tasuki supervise", Endless: true, Flags: []string{"-t", "--timeout"}, files: []look{supervisorFile}}
	Sidekiq      = &Kind{Name: "Sidekiq", Time: 25 * time.Second, Extra: 3 * time.Second, ExtraIs: "for ensure blocks", Flags: []string{"-t", "--timeout"}, wins: sidekiqCode, files: []look{sidekiqYAML}, Quiets: true}
	SidekiqSwarm = &Kind{Name: "Sidekiq (swarm)", Time: 25 * time.Second, Extra: 3 * time.Second, ExtraIs: "for ensure blocks", Flags: []string{"-t", "--timeout"}, wins: sidekiqCode, files: []look{sidekiqYAML}, Quiets: true, Forks: true}
	DelayedJob   = &Kind{Name: "Delayed Job", Endless: true, files: []look{delayedJobRaises}}
	SolidQueue   = &Kind{Name: "Solid Queue", Time: 5 * time.Second, files: []look{rails("solid_queue", "SolidQueue")}}
	GoodJob      = &Kind{Name: "GoodJob", Endless: true, Flags: []string{"--shutdown-timeout"}, Env: []string{"GOOD_JOB_SHUTDOWN_TIMEOUT"}, files: []look{rails("good_job", "GoodJob")}}
	Resque       = &Kind{Name: "Resque", Forks: true, Endless: true, Stops: []string{"QUIT"}, Aborts: []string{"TERM", "INT"}, Graceful: "GRACEFUL_TERM"}
	Que          = &Kind{Name: "Que", Endless: true}
	Celery       = &Kind{Name: "Celery", Endless: true, Forks: true, files: []look{celerySoft}, Aborts: []string{"QUIT"}, Runtime: "Python"}
	RQ           = &Kind{Name: "RQ", Endless: true, Forks: true, Runtime: "Python"}
	Dramatiq     = &Kind{Name: "Dramatiq", Time: 10 * time.Minute, Flags: []string{"--worker-shutdown-timeout"}, Unit: time.Millisecond, Forks: true, Runtime: "Python"}
	Laravel      = &Kind{Name: "Laravel", Time: time.Minute, Flags: []string{"--timeout"}, Stops: []string{"TERM", "QUIT"}, NoEnd: []string{"0"}}
	Horizon      = &Kind{Name: "Laravel Horizon", Time: time.Minute, Stops: []string{"TERM"}, files: []look{horizonConfig}, NoEnd: []string{"0"}}
	BullMQ       = &Kind{Name: "BullMQ", Own: "is decided by the program's own code (what it does on SIGTERM, and how long worker.close() may take)", Runtime: "Node"}
	Graphile     = &Kind{Name: "graphile-worker", Time: 5 * time.Second, files: []look{graphileConfig}, Runtime: "Node"}
	Asynq        = &Kind{Name: "asynq", Time: 8 * time.Second, Quiets: true, Runtime: "Go"}
	River        = &Kind{Name: "River", Endless: true, Runtime: "Go"}
	Faktory      = &Kind{Name: "Faktory worker", Time: 25 * time.Second, Quiets: true, Runtime: "Go"}
	FaktoryRuby  = &Kind{Name: "Faktory worker (Ruby)", Time: 25 * time.Second, Flags: []string{"-t", "--timeout"}, Quiets: true}
	Temporal     = &Kind{Name: "Temporal worker", Runtime: "Go"}
	Oban         = &Kind{Name: "Oban", Time: 15 * time.Second, Stops: []string{"TERM"}, files: []look{obanConfig}}
	Named        = &Kind{Name: "worker", Endless: true} // the user says that it is one
)

// Kinds are all that are known by themselves.
var Kinds = []*Kind{Tasuki, Supervisor, Sidekiq, SidekiqSwarm, DelayedJob, SolidQueue, GoodJob, Resque, Que, Celery, RQ, Dramatiq, Laravel, Horizon,
	BullMQ, Graphile, Asynq, River, Faktory, FaktoryRuby, Temporal, Oban}

// Drains says whether a signal lets it end its jobs.
func (k *Kind) Drains(signal string) bool {
	if len(k.Stops) == 0 {
		return signal == "TERM" || signal == "INT"
	}
	return slices.Contains(k.Stops, signal)
}

// DrainsIn says whether a signal lets it end its jobs where it has these variables.
func (k *Kind) DrainsIn(signal string, variable func(string) bool) bool {
	return k.Drains(signal) || signal == "TERM" && k.Graceful != "" && variable(k.Graceful)
}
