package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e309 = Rule{
	ID: "E309", Name: "protection-not-allowed", Severity: Error,
	Finds: "A program that asks for task protection, in a task whose role stands here and does not allow ecs:UpdateTaskProtection.",
	Why: `The calls are refused, and the worker believes itself protected: the next deployment stops it in the middle of the job that it wanted to
protect. Workers of tasuki ask by themselves and log the refusal; of them it is said as information, unless jobs are long (--longest-job).`,
	Fix: "Give the task's role ecs:UpdateTaskProtection.",
	Bad: `-- main.tf --
resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "worker" {
  role   = aws_iam_role.worker.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = "*" }] })
}
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["FARGATE"]
  task_role_arn            = aws_iam_role.worker.arn
  container_definitions = jsonencode([{
    name        = "sidekiq"
    image       = "example/shop"
    command     = ["bundle", "exec", "sidekiq", "-t", "110"]
    stopTimeout = 120
  }])
}
-- lib/protect.rb --
URL = ENV.fetch("ECS_AGENT_URI") + "/task-protection/v1/state"
`,
	Good: `-- main.tf --
resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "worker" {
  role   = aws_iam_role.worker.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["ecs:UpdateTaskProtection"], Resource = "*" }] })
}
resource "aws_ecs_task_definition" "worker" {
  family                   = "worker"
  requires_compatibilities = ["FARGATE"]
  task_role_arn            = aws_iam_role.worker.arn
  container_definitions = jsonencode([{
    name        = "sidekiq"
    image       = "example/shop"
    command     = ["bundle", "exec", "sidekiq", "-t", "110"]
    stopTimeout = 120
  }])
}
-- lib/protect.rb --
URL = ENV.fetch("ECS_AGENT_URI") + "/task-protection/v1/state"
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			at, known := s.site.ecsFiles().role(c.Task)
			if !known || len(s.site.search.taskGuard().allows) > 0 {
				continue
			}
			f := Finding{Pos: at, Workload: k.Name, Fix: "allow it in the policy of the task's role",
				Paste:   []string{`{"Effect": "Allow", "Action": "ecs:UpdateTaskProtection", "Resource": "*"}`},
				Outcome: "the calls are refused: a deployment stops the worker in the middle of the job that it wanted to protect"}
			switch asks := s.site.search.taskGuard().asks; {
			case k.ours():
				f.Message = fmt.Sprintf("%s protects its task while a job runs that cannot be handed over, and the task's role does not allow it", k.kind().Name)
				if s.longest() <= ecs.MostFargate {
					f.Severity = Info
				}
			case len(asks) > 0:
				f.Message = fmt.Sprintf("task protection is asked for (%s), and the task's role does not allow it", asks[0])
			default:
				continue
			}
			say(f)
		}
	},
}
