package doctor

var c404 = Rule{
	ID: "C404", Name: "compose-init-over-shell", Severity: Error,
	Finds: "init: true of a service whose worker is started by a shell, a script without exec, npm or the like.",
	Why: `Compose's init is tini. It passes the stop signal to its child, the shell, which dies of it; tini leaves as soon as its
child has ended, and everything else of the container is killed within milliseconds. Without init the jobs would at
least have had the grace.`,
	Fix: "Start the worker itself, or put exec in front of it, and keep init.",
	Bad: `-- compose.yaml --
services:
  worker:
    build: .
    init: true
    command: sh -c "bin/rails db:prepare && bundle exec sidekiq -t 25"
    stop_grace_period: 35s
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	Good: `-- compose.yaml --
services:
  worker:
    build: .
    init: true
    command: sh -c "bin/rails db:prepare && exec bundle exec sidekiq -t 25"
    stop_grace_period: 35s
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	check: signals("C404"),
}
