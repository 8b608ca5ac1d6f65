package doctor

var d101 = Rule{
	ID: "D101", Name: "shell-form", Severity: Error,
	Finds: "CMD or ENTRYPOINT in shell form: not a JSON array, and no exec in front of the worker.",
	Why: `Docker gives such a string to /bin/sh -c. Debian's and Ubuntu's sh (dash) stays in front of the worker and, as the
first process, hears no SIGTERM: each stop waits for the whole grace and then kills all jobs. Alpine's and Red Hat's
make room for a plain command, by luck: there it is a warning, and so it is where neither the base image's name nor what
is installed in it says which sh that is.`,
	Fix: "Write it as an array, or put exec in front of the worker.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
CMD bundle exec sidekiq -t 25
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
CMD ["bundle", "exec", "sidekiq", "-t", "25"]
`,
	check: signals("D101"),
}
