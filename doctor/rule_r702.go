package doctor

var r702 = Rule{
	ID: "R702", Name: "endless-drain", Severity: Warning,
	Finds: "A worker that at a stop waits for its jobs without an end (Celery, Delayed Job, GoodJob with -1, River, RQ), on a platform that does not, where nobody says how long jobs take.",
	Why: `Such a worker stops in order only if every job that runs is shorter than the grace. Which that is stands in no file of a
deployment: the platform ends the drain, by SIGKILL, at whatever job is longer.`,
	Fix: "Say how long jobs take, with --longest-job or in .tasuki-doctor.yml, and give the worker that time; or set its own timeout a few seconds below the grace.",
	Bad: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
KillMode=mixed
TimeoutStopSec=60
Restart=always
`,
	Good: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
KillMode=mixed
TimeoutStopSec=infinity
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.endless(); ok {
				say(f)
			}
		}
	},
}
