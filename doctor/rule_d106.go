package doctor

var d106 = Rule{
	ID: "D106", Name: "wait-once", Severity: Error,
	Finds: "A script that starts the worker with &, passes the signal on in a trap, and waits once; or whose trap ends it.",
	Why: `A trap interrupts wait: it returns 143 at once, and the script is over while the worker still ends its jobs. As the
first process it takes the worker with it. Where a failure ends the script (set -e) a second wait is not even reached.`,
	Fix: "Exec the worker; or wait until it has ended: while kill -0 $pid; do wait $pid || true; done.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
ENTRYPOINT ["start.sh"]
-- start.sh --
#!/bin/sh
bundle exec sidekiq &
pid=$!
trap 'kill -TERM $pid' TERM
wait $pid
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
COPY start.sh /usr/local/bin/
ENTRYPOINT ["start.sh"]
-- start.sh --
#!/bin/sh
bundle exec sidekiq &
pid=$!
trap 'kill -TERM $pid' TERM
while kill -0 $pid 2>/dev/null; do
  wait $pid || true
done
`,
	check: signals("D106"),
}
