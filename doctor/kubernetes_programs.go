package doctor

import (
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// schedulers enqueue jobs by the clock: each by its program, and the words that make it one.
var schedulers = []struct {
	program string
	words   []string
	name    string
}{
	{"celery", []string{"beat"}, "celery beat"}, {"celery", []string{"worker", "-B"}, "celery worker -B"}, {"celery", []string{"worker", "--beat"}, "celery worker --beat"},
	{"manage.py", []string{"celery", "beat"}, "celery beat"}, {"manage.py", []string{"rqscheduler"}, "rqscheduler"}, {"manage.py", []string{"celerybeat"}, "celerybeat"},
	{"clockwork", nil, "clockwork"}, {"clockworkd", nil, "clockworkd"}, {"rqscheduler", nil, "rqscheduler"}, {"periodiq", nil, "periodiq"}, {"celerybeat", nil, "celerybeat"},
	{"resque-scheduler", nil, "resque-scheduler"}, {"rake", []string{"resque:scheduler"}, "resque:scheduler"}, {"rails", []string{"resque:scheduler"}, "resque:scheduler"},
	{"artisan", []string{"schedule:work"}, "artisan schedule:work"}, {"artisan", []string{"schedule:run"}, everyMinute},
}

// scheduler says whether a workload's program enqueues jobs by the clock, with nothing that
// keeps two of them from doing it at the same time.
func (k *work) scheduler() (name string, ok bool) {
	words := deploy.Values(k.chain.Program)
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(w), "redbeat") }) {
		return "", false // it has a lock
	}
	for i, w := range words[:min(len(words), 4)] { // python -m celery, php artisan
		for _, s := range schedulers {
			if path.Base(w) == s.program && holdsAll(words[i+1:], s.words) {
				return s.name, true
			}
		}
	}
	return "", false
}

func holdsAll(words, wanted []string) bool {
	for _, w := range wanted {
		if !slices.Contains(words, w) {
			return false
		}
	}
	return true
}

// starter says whether a workload's program starts workers or jobs: two of it at a time do
// all twice.
func (k *work) starter() (name string, ok bool) {
	words := deploy.Values(k.chain.Program)
	if len(words) > 1 && path.Base(words[0]) == "tasuki" && slices.Contains([]string{"ensure", "start", "restart"}, words[1]) {
		return "tasuki " + words[1], true
	}
	return k.scheduler()
}

// ends says whether a worker ends by itself, or may: nobody knows that of a program of one's own.
func (k *work) ends() bool {
	ends, _ := k.chain.Worker.Ends(worker.Place{Variable: k.variable})
	return ends || k.kind().Library
}

// several says whether one container of a workload holds more than one worker process.
func (k *work) several() (n string, ok bool) {
	switch k.kind() {
	case worker.Supervisor:
		n, _ := k.chain.Worker.Flag("-n", "--workers")
		return n.Value.Value, n.Value.Value != "" && n.Value.Value != "1"
	case worker.SidekiqSwarm:
		if t, ok := k.Variable("SIDEKIQ_COUNT"); ok && !t.Open {
			return t.Value, t.Value != "1"
		}
		return "as many workers as there are processors", true
	}
	return "", false
}
