package doctor

var d108 = Rule{
	ID: "D108", Name: "background", Severity: Error,
	Finds: "A worker that is started with &, and no trap that passes the stop signal on to it.",
	Why: `The worker is a child of a shell that passes no signal on, and is killed when what is in front of it ends. Besides, a
shell starts what stands in the background with INT and QUIT ignored.`,
	Fix: "One process in each container; or a supervisor that stops them in order: tasuki supervise.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
CMD ["start.sh"]
-- start.sh --
#!/bin/sh
bundle exec sidekiq &
exec bundle exec puma
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
CMD ["start.sh", "sidekiq"]
-- start.sh --
#!/bin/sh
exec bundle exec "$@"
`,
	check: signals("D108"),
}
