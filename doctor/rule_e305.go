package doctor

var e305 = Rule{
	ID: "E305", Name: "task-command-shell", Severity: Error,
	Finds: "A container's entryPoint or command that starts the worker behind a shell, npm, su and the like (D101 to D112).",
	Why: `entryPoint stands in place of the image's ENTRYPOINT and drops its CMD, command in place of CMD alone: what the image does
well is undone here. What a shell or npm does to the stop signal is the same as in an image. Not even a long stopTimeout
helps: the worker never hears that it is to stop.`,
	Fix: "Name the worker itself, word by word, or put exec in front of it.",
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "entryPoint": ["/bin/sh", "-c"],
      "command": ["bundle exec sidekiq -t 25"],
      "stopTimeout": 60
    }
  ]
}
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	Good: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "25"],
      "stopTimeout": 60
    }
  ]
}
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	check: signals("E305"),
}
