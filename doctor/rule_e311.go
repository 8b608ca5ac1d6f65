package doctor

import "fmt"

// patience is how long a health check should be patient with a worker at least, in seconds.
const patience = 60

var e311 = Rule{
	ID: "E311", Name: "task-health-check", Severity: Warning,
	Finds: "A healthCheck of a worker that gives up within a minute: interval times retries.",
	Why: `A worker that is busy or draining answers late. After a few late answers ECS calls the container unhealthy and replaces the
task, with all jobs in it, without any deploy.`,
	Fix: "Give it a minute at least, or leave it out: a queue worker has no traffic to keep away.",
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["sidekiq", "-t", "25"],
      "stopTimeout": 60,
      "healthCheck": {"command": ["CMD-SHELL", "bin/alive"], "interval": 10, "retries": 3}
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
      "command": ["sidekiq", "-t", "25"],
      "stopTimeout": 60,
      "healthCheck": {"command": ["CMD-SHELL", "bin/alive"], "interval": 30, "retries": 5}
    }
  ]
}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			n := c.HealthCheck()
			interval, retries, ok := c.Patience()
			if k.kind().Web || !ok || interval*retries >= patience {
				continue
			}
			say(Finding{Pos: n.KeyPos(), Workload: k.Name,
				Message: fmt.Sprintf("a worker that does not answer %d times in a row, within %d s, is replaced", retries, interval*retries),
				Outcome: fmt.Sprintf("%d s of a busy processor, and the task is stopped with all its jobs, without any deploy", interval*retries),
				Fix:     "be patient for a minute at least, or leave the healthCheck out", Paste: []string{`"interval": 30, "timeout": 10, "retries": 5`}})
		}
	},
}
