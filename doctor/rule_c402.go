package doctor

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

var c402 = Rule{
	ID: "C402", Name: "compose-grace-short", Severity: Error,
	Finds: "A stop_grace_period that is shorter than what the worker needs to stop.",
	Why: `Docker sends the stop signal, waits for stop_grace_period, and kills. What the worker needs is its own timeout, what it
takes beyond that, and a moment to say so and exit. One
that stands in an anchor counts for all who use it.`,
	Fix: "Raise stop_grace_period, or lower the worker's timeout.",
	Bad: `-- compose.yaml --
x-app: &app
  image: example/shop
  stop_grace_period: 20s
services:
  worker:
    <<: *app
    command: ["bundle", "exec", "sidekiq", "-t", "60"]
`,
	Good: `-- compose.yaml --
x-app: &app
  image: example/shop
  stop_grace_period: 1m10s
services:
  worker:
    <<: *app
    command: ["bundle", "exec", "sidekiq", "-t", "60"]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, short := k.short(); short && k.Platform == deploy.Compose && !k.Grace.Default {
				f.Fix, f.Paste, f.Edits = k.setPeriod(s.site)
				say(f)
			}
		}
	},
}
