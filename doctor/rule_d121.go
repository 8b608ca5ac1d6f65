package doctor

var d121 = Rule{
	ID: "D121", Name: "deaf-parent", Severity: Error,
	Finds: "A worker below a program that neither passes the stop signal on nor ends: xargs, flock without --no-fork, watch, parallel, node --run.",
	Why: `Such a program has no handler for SIGTERM. As the first process of a container it does not hear it at all; below an init it
dies and leaves the worker to the kernel.`,
	Fix: "Start the worker itself.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
CMD ["flock", "/tmp/worker.lock", "bundle", "exec", "sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
CMD ["flock", "--no-fork", "/tmp/worker.lock", "bundle", "exec", "sidekiq"]
`,
	check: signals("D121"),
}
