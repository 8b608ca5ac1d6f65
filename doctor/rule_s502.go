package doctor

var s502 = Rule{
	ID: "S502", Name: "mixed-over-shell", Severity: Error,
	Finds: "KillMode=mixed, and a shell, a script without exec, npm or su between systemd and the worker.",
	Why: `mixed is the best setting for a worker that systemd starts itself, and the worst for one behind a shell: SIGTERM goes to
the shell alone, which dies of it, and what is left of the service gets SIGKILL 8 ms later (measured with systemd 252). sh -c makes
room for a plain command where sh is bash, as on Red Hat's systems: there it is a warning, since no unit says which it is.`,
	Fix: "Name the worker itself in ExecStart=, with WorkingDirectory= and Environment= for what the shell did, or put exec in front of it.",
	Bad: `-- shop-worker.service --
[Service]
ExecStart=/srv/shop/bin/work
KillMode=mixed
TimeoutStopSec=60
Restart=always
-- bin/work --
#!/bin/sh
cd /srv/shop
bundle exec sidekiq -t 25
`,
	Good: `-- shop-worker.service --
[Service]
ExecStart=/srv/shop/bin/work
KillMode=mixed
TimeoutStopSec=60
Restart=always
-- bin/work --
#!/bin/sh
cd /srv/shop
exec bundle exec sidekiq -t 25
`,
	check: signals("S502"),
}
