package doctor

var v653 = Rule{
	ID: "V653", Name: "supervisor-over-shell", Severity: Error,
	Finds: "A shell, a script without exec, npm or su between Supervisor and the worker.",
	Why: `Supervisor signals what it has started, and waits for that alone. A shell dies of the signal, the program counts as stopped,
and the worker is nobody's child: at a restart it runs on with the old code beside the new one, and when the container
stops it is killed with all of its jobs. With stopasgroup=true it hears the signal, and still nobody waits for it.`,
	Fix: "Name the worker itself in command=, with directory= and environment= for what the shell did, or put exec in front of it.",
	Bad: `-- supervisord.conf --
[program:mail]
command=/bin/sh -c "cd /srv/shop && php artisan queue:work --timeout=30"
stopwaitsecs=60
`,
	Good: `-- supervisord.conf --
[program:mail]
command=/bin/sh -c "cd /srv/shop && exec php artisan queue:work --timeout=30"
stopwaitsecs=60
`,
	check: signals("V653"),
}
