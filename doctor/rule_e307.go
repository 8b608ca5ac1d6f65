package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e307 = Rule{
	ID: "E307", Name: "task-on-spot", Severity: Warning,
	Finds: "Jobs longer than 120 s (--longest-job) on FARGATE_SPOT; or spot instances whose agent is not told to heed their notice (ECS_ENABLE_SPOT_INSTANCE_DRAINING).",
	Why: `Spare capacity is taken back two minutes after a notice. On Fargate tasks then get SIGTERM, and 120 s at most; task protection
does not help. On instances the agent does nothing by default: they are switched off under the tasks, without any stop signal
(amazon-ecs-agent, ECS_ENABLE_SPOT_INSTANCE_DRAINING=false).`,
	Fix: "Run long jobs on FARGATE; write ECS_ENABLE_SPOT_INSTANCE_DRAINING=true into /etc/ecs/ecs.config in the instances' user data.",
	Bad: `-- main.tf --
resource "aws_launch_template" "workers" {
  image_id = "ami-1"
  instance_market_options {
    market_type = "spot"
  }
  user_data = base64encode(<<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config
  EOF
  )
}
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name        = "sidekiq"
    image       = "example/shop"
    command     = ["bundle", "exec", "sidekiq", "-t", "25"]
    stopTimeout = 60
  }])
}
`,
	Good: `-- main.tf --
resource "aws_launch_template" "workers" {
  image_id = "ami-1"
  instance_market_options {
    market_type = "spot"
  }
  user_data = base64encode(<<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config
    echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config
  EOF
  )
}
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name        = "sidekiq"
    image       = "example/shop"
    command     = ["bundle", "exec", "sidekiq", "-t", "25"]
    stopTimeout = 60
  }])
}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			if at, ok := c.Task.Spot(); ok && s.longest() > ecs.MostFargate && !k.ours() {
				say(Finding{Pos: at, Workload: k.Name,
					Message: fmt.Sprintf("%s runs on FARGATE_SPOT, and its jobs take up to %s", k.kind().Name, deploy.Seconds(s.longest())),
					Outcome: "when AWS takes the capacity back, on any day, jobs that still run 120 s after the notice are killed; task protection does not help",
					Fix:     "run the tasks of long jobs on FARGATE, or let those jobs go on where they were"})
			}
			hosts := s.site.ecsFiles().hosts
			if c.Task.Fargate() || len(hosts.Spots) == 0 || len(hosts.Joins) == 0 || len(hosts.Drains) > 0 {
				continue
			}
			say(Finding{Pos: hosts.Joins[0], Workload: k.Name,
				Message: fmt.Sprintf("instances are spare ones (%s), and their ECS agent is not told to heed the notice that they are taken back", hosts.Spots[0]),
				Outcome: "two minutes after the notice, on any day, the instance is gone: its workers hear no stop signal, and all their jobs are lost",
				Fix:     "tell the agent in the instances' user data", Paste: []string{"echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config"}})
		}
	},
}
