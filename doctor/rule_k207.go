package doctor

var k207 = Rule{
	ID: "K207", Name: "command-shell", Severity: Error,
	Finds: "A container's command or args that start the worker behind a shell, npm, su and the like (D101 to D112).",
	Why: `command stands in place of the image's ENTRYPOINT and drops its CMD, args in place of CMD alone: what the image does well
is undone here. What a shell or npm does to the stop signal is the same as in an image.`,
	Fix: "Name the worker itself, word by word, or put exec in front of it.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [sh, -c, "bundle exec sidekiq -t 25"]
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: sidekiq
        image: example/shop
        command: [bundle, exec, sidekiq, -t, "25"]
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	check: signals("K207"),
}
