package doctor

var d103 = Rule{
	ID: "D103", Name: "pipe", Severity: Error,
	Finds: "A worker in a pipeline, also with exec: worker | tee, exec worker | tee.",
	Why: `Each part of a pipeline is a child of the shell, so that exec makes room for nothing there. The first process stays the
shell, which passes no signal on.`,
	Fix: "Let the worker write to its output and the platform collect it. In bash: exec worker > >(tee FILE).",
	Bad: `-- Dockerfile --
FROM python:3.13
CMD ["bash", "-c", "exec celery -A shop worker 2>&1 | tee /var/log/celery.log"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
CMD ["bash", "-c", "exec celery -A shop worker > >(tee /var/log/celery.log) 2>&1"]
`,
	check: signals("D103"),
}
