package doctor

var e306 = Rule{
	ID: "E306", Name: "task-init-over-shell", Severity: Error,
	Finds: "initProcessEnabled, or an init in entryPoint or command, in front of a shell, a script without exec, npm or the like.",
	Why: `initProcessEnabled puts tini in front of the container. It passes SIGTERM to the shell, which dies of it; tini leaves as soon as
its child has ended, and the kernel kills everything else within milliseconds: stopTimeout is of no use. Without the
init the jobs would at least have had that.`,
	Fix: "Put exec in front of the worker and keep the init.",
	Bad: `-- main.tf --
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{
    name            = "sidekiq"
    image           = "example/shop"
    command         = ["sh", "-c", "bin/rails db:prepare && bundle exec sidekiq -t 110"]
    stopTimeout     = 120
    linuxParameters = { initProcessEnabled = true }
  }])
}
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	Good: `-- main.tf --
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{
    name            = "sidekiq"
    image           = "example/shop"
    command         = ["sh", "-c", "bin/rails db:prepare && exec bundle exec sidekiq -t 110"]
    stopTimeout     = 120
    linuxParameters = { initProcessEnabled = true }
  }])
}
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
`,
	check: signals("E306"),
}
