package doctor

var d102 = Rule{
	ID: "D102", Name: "shell-in-array", Severity: Error,
	Finds: `An array that starts a shell: ["sh", "-c", "worker"], without exec in front of the worker.`,
	Why: `The array keeps Docker's shell away and brings one of its own, with the same end: it stays in front of the worker and
passes no signal on. Only a literal exec makes room on every image.`,
	Fix: "Put exec in front of the worker, as the last command of the string.",
	Bad: `-- Dockerfile --
FROM python:3.13
CMD ["sh", "-c", "./manage.py migrate && celery -A shop worker"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
CMD ["sh", "-c", "./manage.py migrate && exec celery -A shop worker"]
`,
	check: signals("D102"),
}
