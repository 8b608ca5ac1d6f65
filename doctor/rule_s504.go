package doctor

var s504 = Rule{
	ID: "S504", Name: "control-group-over-shell", Severity: Error,
	Finds: "A shell, a script without exec, npm or su between systemd and the worker, in a unit with the default KillMode (control-group).",
	Why: `systemd signals all processes of the service. The shell dies of it at once, and since the first process is gone systemd
signals what is left again: the worker gets SIGTERM twice within a millisecond (measured with systemd 252). Most go on
to stop in order, and it is a warning. The child process in which RQ runs its job ends on the first, and RQ
before 1.14 kills it on the second (rq/rq#1516); su and runuser kill the worker 2 s
after the first, whatever it does: those are errors.`,
	Fix: "Name the worker itself in ExecStart=, or put exec in front of it.",
	Bad: `-- shop-worker.service --
[Service]
ExecStart=/bin/sh -c 'cd /srv/shop && bundle exec sidekiq -t 25'
Restart=always
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
Restart=always
`,
	check: signals("S504"),
}
