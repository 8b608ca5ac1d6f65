package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var c403 = Rule{
	ID: "C403", Name: "compose-stop-signal", Severity: Error,
	Finds: "A stop_signal on which the worker does not let its jobs end.",
	Why: `Docker sends this signal in place of the image's. Each worker knows its own: one that it has no handler for ends it at
once, with its jobs; one that only makes it take no more jobs lets it run on until it is killed; KILL gives it no time
at all.`,
	Fix: "Take stop_signal out, or set it to SIGTERM; for Resque to SIGQUIT.",
	Bad: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec sidekiq -t 25
    stop_grace_period: 35s
    stop_signal: SIGKILL
`,
	Good: `-- compose.yaml --
services:
  worker:
    image: example/shop
    command: bundle exec sidekiq -t 25
    stop_grace_period: 35s
    stop_signal: SIGTERM
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if k.Platform != deploy.Compose || !k.worker() || !k.StopSignal.Given() || k.StopSignal.Open || k.rewrites() {
				continue
			}
			name := signalName(k.StopSignal.Value)
			if k.endsOn(name) {
				continue
			}
			f := Finding{Severity: Warning, Pos: k.StopSignal.Pos, cause: k.StopSignal.Pos, Workload: k.Name,
				Message: fmt.Sprintf("the stop signal is %s, which is none of those on which %s lets its jobs end", name, k.kind().Name),
				Outcome: "the jobs that run are cut off, at once or when the grace is over",
				Fix:     "say the signal on which it does", Paste: []string{"stop_signal: " + k.stopSignalName()}}
			if fix := k.deafened(); fix != "" {
				f.Fix, f.Paste = fix, nil
			}
			if name == "KILL" {
				f.Severity, f.Message, f.Outcome = Error, "the stop signal is KILL", "each stop kills the worker at once, with all its jobs"
			}
			say(f)
		}
	},
}
