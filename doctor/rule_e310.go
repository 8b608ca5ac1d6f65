package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var e310 = Rule{
	ID: "E310", Name: "agent-timeout-unused", Severity: Info,
	Finds: "An ECS_CONTAINER_STOP_TIMEOUT of the instances that is longer than the stopTimeout of a container with a worker.",
	Why:   "The agent takes its own time only where a container sets none: the smaller number of the task wins, and who reads the user data believes in more.",
	Fix:   "Leave out one of the two.",
	Bad: `-- user-data.sh --
#!/bin/bash
echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config
echo ECS_CONTAINER_STOP_TIMEOUT=10m >> /etc/ecs/ecs.config
-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "25"],
      "stopTimeout": 60
    }
  ]
}
`,
	Good: `-- user-data.sh --
#!/bin/bash
echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config
echo ECS_CONTAINER_STOP_TIMEOUT=10m >> /etc/ecs/ecs.config
-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["EC2"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "300"]
    }
  ]
}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			own := c.StopTimeout()
			for _, agent := range s.site.ecsFiles().hosts.Stops {
				if !own.Exists() || !k.Grace.Known() || c.Task.Fargate() || agent.Open != "" || agent.Time <= k.Grace.Time || k.Grace.Pos == agent.Pos {
					continue
				}
				say(Finding{Pos: own.KeyPos(), cause: k.Grace.Pos, rank: rankStop - 1, Workload: k.Name,
					Message: fmt.Sprintf("the instances would give %s (%s), and the container's stopTimeout of %s wins", deploy.Seconds(agent.Time), agent.Pos, deploy.Seconds(k.Grace.Time)),
					Outcome: fmt.Sprintf("the worker has %s, not %s", deploy.Seconds(k.Grace.Time), deploy.Seconds(agent.Time)), Fix: "leave out one of the two"})
				break
			}
		}
	},
}
