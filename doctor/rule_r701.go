package doctor

var r701 = Rule{
	ID: "R701", Name: "relation", Severity: Error,
	Finds: "A worker that needs more time than it has on a platform that has no rule of its own for that; on any platform, a sum in which a figure is not known (a warning).",
	Why: `What a worker needs to stop has to fit into the time between the stop signal and the kill. Where one of the two depends on
a variable, a template or a file that is not here, nobody can tell, and the doctor guesses neither.`,
	Fix: "Set it explicitly in a file of the repository; or say --worker-timeout.",
	Bad: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
EnvironmentFile=/etc/default/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t ${SIDEKIQ_TIMEOUT}
KillMode=mixed
TimeoutStopSec=60
Restart=always
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
Environment=SIDEKIQ_TIMEOUT=50
ExecStart=/usr/local/bin/bundle exec sidekiq -t ${SIDEKIQ_TIMEOUT}
KillMode=mixed
TimeoutStopSec=60
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.general(); ok {
				s.site.setStop(k, &f)
				say(f)
			} else if f, ok := k.unknown(); ok {
				say(f)
			}
		}
	},
}
