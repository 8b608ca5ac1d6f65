package doctor

var d104 = Rule{
	ID: "D104", Name: "init-over-shell", Severity: Error,
	Finds: "An init (tini, dumb-init, docker-init, catatonit) with a shell, a script without exec, npm or the like behind it.",
	Why: `The usual advice makes it worse. The init passes SIGTERM to the shell, which dies of it; the init leaves as soon as its
child has ended, and the kernel kills everything else of the container within milliseconds. Without the init the jobs
would at least have had the grace.`,
	Fix: "Put exec in front of the worker and keep the init; or use tasuki init, which passes the signal to the worker itself and waits for it.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT ["tini", "--"]
CMD ["sh", "-c", "bin/rails db:prepare && bundle exec sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
ENTRYPOINT ["tini", "--"]
CMD ["sh", "-c", "bin/rails db:prepare && exec bundle exec sidekiq"]
`,
	check: signals("D104"),
}
