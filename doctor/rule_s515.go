package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var s515 = Rule{
	ID: "S515", Name: "crontab-start", Severity: Error,
	Finds: "A crontab's line that starts a worker each time it runs, without flock -n, tasuki ensure, or a look whether one is there; and one that kills workers with kill -9.",
	Why: `cron does not ask whether the last run has ended. A worker does not end by itself: each run adds one, until the machine is
full. flock without -n makes the runs wait for each other, so that they pile up all the same. Workers that end by
themselves (--once, --burst, --stop-when-empty, --max-time, timeout) are left alone, and so is delayed_job start, which
looks into its pid file.`,
	Fix: "Let systemd or tasuki supervise run the worker; or start it by tasuki ensure, or behind flock -n.",
	Bad: `-- crontab --
PATH=/usr/local/bin:/usr/bin:/bin
* * * * * cd /srv/shop && bundle exec sidekiq -e production
`,
	Good: `-- crontab --
PATH=/usr/local/bin:/usr/bin:/bin
* * * * * cd /srv/shop && flock -n /run/shop/sidekiq.lock bundle exec sidekiq -e production
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if line, ok := k.Detail.(cronLine); ok && k.worker() && !line.guarded && !line.Reboot() && !k.bounded() {
				message, outcome := "the line starts %s and does not look whether one is there already", "each time it runs (%s) there is one worker more, and none of them is stopped by a deploy"
				if line.waits {
					message, outcome = "the line starts %s behind a flock that waits until the lock is free", "each time it runs (%s) one more flock waits for its turn, until the machine is full"
				}
				say(Finding{Pos: k.Pos, Workload: k.Name,
					Message: fmt.Sprintf(message, k.kind().Name),
					Outcome: fmt.Sprintf(outcome, line.When),
					Fix:     "tasuki ensure or flock -n in front of it; or let systemd run it",
					Paste:   []string{"flock -n /run/lock/worker.lock " + strings.Join(values(line), " ")}})
			}
		}
		for i := range s.site.recipes {
			f := &s.site.recipes[i]
			for j := range f.calls {
				k, ok := f.calls[j].Kill()
				if yes, _ := s.ofWorkers(k); ok && f.cron && yes {
					say(Finding{Pos: Pos{File: f.shown, Line: f.calls[j].Line}, Message: fmt.Sprintf("%s %s", k.What, k.Does),
						Outcome: "each time the line runs (" + f.calls[j].Unit + ") the jobs that the workers have in hand are cut off", Fix: k.Instead})
				}
			}
		}
	},
}

func values(line cronLine) (all []string) {
	for _, w := range line.start {
		all = append(all, w.Value)
	}
	return all
}

// bounded says whether a worker ends by itself even if nothing is to be done, or looks by itself
// whether it is there.
func (k *work) bounded() bool {
	_, idle := k.chain.Worker.Ends(worker.Place{Variable: k.variable})
	if idle || slices.ContainsFunc(k.chain.Links, func(l chain.Link) bool { return l.Role == chain.Timer }) {
		return true
	}
	for _, w := range k.chain.Worker.Words {
		if before(w.Value, "=") == "--pidfile" && k.kind() == worker.Celery {
			return true
		}
		if w.Value == "start" && k.kind() == worker.DelayedJob || k.kind() == worker.DelayedJob && (w.Value == "stop" || w.Value == "restart" || w.Value == "status" || w.Value == "reload") {
			return true
		}
	}
	return false
}
