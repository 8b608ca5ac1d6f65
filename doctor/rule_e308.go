package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e308 = Rule{
	ID: "E308", Name: "essential-neighbour", Severity: Warning,
	Finds: "Another essential container (the default) in a worker's task, with no dependsOn between the two.",
	Why: `A task ends with the first of its essential containers: a log shipper that crashes stops the worker with all its jobs. And at a stop
all get SIGTERM together: the proxy to the database is gone while jobs that still run need it. With dependsOn the worker is
stopped first, and what it needs after it (amazon-ecs-agent stops in the reverse order).`,
	Fix: `"essential": false for what the worker can do without; dependsOn in the worker for what it needs.`,
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "25"],
      "stopTimeout": 60
    },
    {
      "name": "pgbouncer",
      "image": "example/pgbouncer"
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
      "command": ["bundle", "exec", "sidekiq", "-t", "25"],
      "stopTimeout": 60,
      "dependsOn": [{"containerName": "pgbouncer", "condition": "START"}]
    },
    {
      "name": "pgbouncer",
      "image": "example/pgbouncer"
    },
    {
      "name": "datadog-agent",
      "image": "public.ecr.aws/datadog/agent:7",
      "essential": false
    }
  ]
}
`,
	check: func(s *scene, say func(Finding)) {
		workers := map[*ecs.Container]bool{}
		for k, c := range s.tasks() {
			workers[c] = true
			for _, other := range c.Task.Containers {
				if !c.Strains(other) || workers[other] {
					continue
				}
				say(Finding{Pos: other.Pos(), cause: other.Pos(), Workload: k.Name,
					Message: fmt.Sprintf("%s is essential, and %s does not depend on it: the task ends with it, and at a stop both get SIGTERM together", other.Name, c.Name),
					Outcome: fmt.Sprintf("when %s exits, for whatever reason, %s is stopped with its jobs; at a deploy it may be gone while jobs need it", other.Name, c.Name),
					Fix:     fmt.Sprintf("%s is not needed: essential false; it is needed: dependsOn in %s, which then is stopped before it", other.Name, c.Name), Paste: c.DependLines(other)})
			}
		}
	},
}
