package doctor

var d105 = Rule{
	ID: "D105", Name: "script-without-exec", Severity: Error,
	Finds: "An entry script that starts the worker without exec.",
	Why: `The shell that runs the script waits for its last command and hears no SIGTERM meanwhile (sidekiq/sidekiq#6711: "many
reports"). No shell execs the last line of a script by itself, bash neither.`,
	Fix: `End the script with exec: exec "$@".`,
	Bad: `-- Dockerfile --
FROM ruby:3.4
COPY entrypoint.sh /usr/local/bin/
ENTRYPOINT ["entrypoint.sh"]
CMD ["bundle", "exec", "sidekiq"]
-- entrypoint.sh --
#!/bin/sh
set -e
bundle exec rails db:prepare
"$@"
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
COPY entrypoint.sh /usr/local/bin/
ENTRYPOINT ["entrypoint.sh"]
CMD ["bundle", "exec", "sidekiq"]
-- entrypoint.sh --
#!/bin/sh
set -e
bundle exec rails db:prepare
exec "$@"
`,
	check: signals("D105"),
}
