package doctor

var d120 = Rule{
	ID: "D120", Name: "bash-redirect", Severity: Error,
	Finds: "bash -c with a redirection and without exec: bash -c \"worker 2>&1\".",
	Why: `bash makes room for a plain command, so that bash -c "worker" is well; with a redirection it stays in front of it and passes
no signal on.`,
	Fix: "Put exec in front: exec worker 2>&1.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
CMD ["bash", "-c", "bundle exec sidekiq >> log/sidekiq.log 2>&1"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
CMD ["bash", "-c", "exec bundle exec sidekiq >> log/sidekiq.log 2>&1"]
`,
	check: signals("D120"),
}
