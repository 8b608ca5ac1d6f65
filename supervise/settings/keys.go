package settings

import (
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// A key is one thing that a configuration can say, in a file or by the flag of the same
// name.
type key struct {
	// What it means, with unit and default, for people.
	about string
	set   func(s *Settings, v value, dir string) error
	path  bool // its value is a path, or has one in it
}

// keys are all there are.
var keys = map[string]key{
	"name":    {"what the set of workers is called; default: its directory's name, and a number made from the file's path", nameOf(func(s *Settings) *string { return &s.Name }), false},
	"command": {"the program of each worker, run without a shell, as one line or as a list of words; %i is the worker's identity, %s its slot, %g its generation", setCommand, false},
	"workers": {"how many workers; default 1", number(func(s *Settings) *int { return &s.Workers }, 1, supervise.MaxWorkers), false},

	"directory": {"where workers run; default: the directory of the file", place(func(s *Settings) *string { return &s.Worker.Dir }), true},
	"env":       {"added to the environment, NAME: value", setEnv, false},
	"kind":      {"tasuki, sidekiq, delayed_job or other; default: what the command looks like", setKind, false},

	"stop_signal":   {"tells a worker to end; default TERM", stopSetter(func(s *Settings) *syscall.Signal { return &s.Worker.Stop }), false},
	"quiet_signal":  {"tells it to take no more jobs, or none; default: its kind's", signalSetter(func(s *Settings) *syscall.Signal { return &s.Worker.Quiet }), false},
	"resume_signal": {"takes that back, or none; default: its kind's", signalSetter(func(s *Settings) *syscall.Signal { return &s.Worker.Resume }), false},

	"ready":         {"how a worker tells that it works: notify (READY=1, as sd_notify(3) has it), or for how long it has lived then; default: its kind's", setReady, false},
	"ready_timeout": {"how long it may take until it is ready; default 1m, or longer if ready is a time", span(func(s *Settings) *time.Duration { return &s.Restart.ReadyTimeout }), false},

	"timeout": {"how long a stop may take; workers that still run then are killed, and named; default: as long as their jobs take, but less than the platform's grace", span(func(s *Settings) *time.Duration { return &s.Timeout }), false},
	"grace":   {"what the platform allows between its stop signal and the kill; default: what TASUKI_GRACE or the platform says", span(func(s *Settings) *time.Duration { return &s.Grace }), false},

	"stop_first":  {"old workers end before new ones start; default false", truth(func(s *Settings) *bool { return &s.Restart.StopFirst }), false},
	"surge":       {"how many workers there may be beyond workers during a restart; default: as many and one", number(func(s *Settings) *int { return &s.Restart.Surge }, 1, supervise.MaxWorkers), false},
	"generations": {"how many workers of one slot may live at a time, those that still end among them; default 3", number(func(s *Settings) *int { return &s.Restart.Generations }, 2, 100), false},
	"drain":       {"how long an old worker may go on with its jobs in a restart before it gets its stop signal; default: as long as they take", span(func(s *Settings) *time.Duration { return &s.Restart.Drain }), false},

	"max_memory": {"a worker with more in RAM is replaced after its jobs, such as 512M; default: no limit", size(func(s *Settings) *int64 { return &s.Limits.Memory }), false},
	"max_age":    {"a worker older than that is replaced after its jobs, such as 12h; default: no limit", span(func(s *Settings) *time.Duration { return &s.Limits.Age }), false},
	"max_jobs":   {"a worker that has ended so many jobs is replaced; default: no limit", setMaxJobs, false},

	"store": {"the store that the workers work on; jobs of one that was killed run again at once; default: TASUKI_STORE", setStore, false},
	"log":   {"the file that a supervisor in the background and its workers print to; default: tasuki.log in dir", place(func(s *Settings) *string { return &s.Log }), true},
	"dir":   {"where locks, records and the control socket are; default: see the docs", place(func(s *Settings) *string { return &s.Dir }), true},
}

// Keys are the names of all keys, in the order of the alphabet.
func Keys() []string { return sortedKeys(keys) }

// About says what a key means.
func About(key string) string { return keys[key].about }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// nearest is a hint for a key that there is not.
func nearest(name string) string {
	best, least := "", len(name)/2+1
	plain := strings.ReplaceAll(strings.ToLower(name), "-", "_")
	for _, k := range Keys() {
		if d := distance(plain, k); d < least || d == least && strings.HasPrefix(k, plain) {
			best, least = k, d
		}
	}
	if other, ok := otherNames[plain]; ok {
		best = other
	}
	if best == "" {
		return "the keys are " + strings.Join(Keys(), ", ")
	}
	return "is it " + best + "?"
}

// otherNames are what keys are called elsewhere.
var otherNames = map[string]string{
	"processes": "workers", "numprocs": "workers", "count": "workers", "n": "workers", "concurrency": "workers",
	"cmd": "command", "exec": "command", "run": "command", "program": "command", "execstart": "command",
	"cwd": "directory", "chdir": "directory", "working_directory": "directory", "root": "directory",
	"environment": "env", "stopsignal": "stop_signal", "stop_timeout": "timeout", "stopwaitsecs": "timeout", "timeoutstopsec": "timeout",
	"memory": "max_memory", "max_rss": "max_memory", "maxmem": "max_memory", "memory_limit": "max_memory", "age": "max_age", "jobs": "max_jobs",
	"logfile": "log", "log_file": "log", "stdout": "log", "pidfile": "dir", "pid_dir": "dir", "readiness": "ready", "identifier": "name",
}

// distance is how many letters have to be put in, taken out or changed to make b of a
// (Levenshtein's).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
