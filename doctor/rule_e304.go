package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e304 = Rule{
	ID: "E304", Name: "long-jobs-unprotected", Severity: Warning,
	Finds: "Jobs that take longer than the 120 s that Fargate gives at most (--longest-job), and nothing that asks for task protection: no program here that calls it, no policy that allows it.",
	Why: `Such a job does not survive an ordinary deploy, whatever is set. Only task protection keeps deployments and scale-in away
while it runs, for 1 to 2880 minutes (aws/containers-roadmap#1020). Workers of tasuki ask for it by themselves.`,
	Fix:  "Protect the task while long jobs run (PUT $ECS_AGENT_URI/task-protection/v1/state; ecs:UpdateTaskProtection), or let long jobs go on where they were.",
	Told: Options{LongestJob: 10 * time.Minute},
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "110"],
      "stopTimeout": 120
    }
  ]
}
`,
	Good: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "110"],
      "stopTimeout": 120
    }
  ]
}
-- lib/protect.rb --
require "net/http"
URL = URI(ENV.fetch("ECS_AGENT_URI") + "/task-protection/v1/state")
Sidekiq.configure_server { |c| c.on(:startup) { Protect.while_busy(URL) } }
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			if s.longest() <= ecs.MostFargate || !c.Task.Fargate() || k.sum == nil || k.sum.Breaks() {
				continue
			}
			if _, ok := s.protection(k); ok {
				continue
			}
			took := deploy.Seconds(s.longest())
			say(Finding{Pos: c.Pos(), Workload: k.Name,
				Message: fmt.Sprintf("jobs take up to %s, Fargate gives 120 s at most, and nothing here asks for task protection", took),
				Outcome: fmt.Sprintf("a job of %s is interrupted by each deploy that comes while it runs, and begins again", took),
				Fix:     "protect the task while long jobs run, and give its role ecs:UpdateTaskProtection; or let long jobs go on where they were",
				Paste:   []string{`curl -X PUT "$ECS_AGENT_URI/task-protection/v1/state" -H 'Content-Type: application/json' -d '{"ProtectionEnabled":true,"ExpiresInMinutes":60}'`}})
		}
	},
}
