package doctor

var d107 = Rule{
	ID: "D107", Name: "trap-foreground", Severity: Error,
	Finds: "A script with a trap for TERM or EXIT that runs the worker in the foreground.",
	Why: `A shell runs a trap when the command in the foreground has ended, not before. The worker ends when it is killed, so that
the trap never passes anything on.`,
	Fix: "Exec the worker; or start it with &, and wait for it until it has ended.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
ENTRYPOINT ["start.sh"]
-- start.sh --
#!/bin/bash
trap 'pkill -TERM -f sidekiq' TERM
bundle exec sidekiq -t 25
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
ENTRYPOINT ["start.sh"]
-- start.sh --
#!/bin/bash
exec bundle exec sidekiq -t 25
`,
	check: signals("D107"),
}
