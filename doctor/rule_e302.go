package doctor

var e302 = Rule{
	ID: "E302", Name: "stop-timeout-short", Severity: Error,
	Finds: "A stopTimeout, or an ECS_CONTAINER_STOP_TIMEOUT of the instances, that is shorter than what the worker needs to stop.",
	Why: `ECS sends SIGTERM, waits that long, and kills. A worker that is killed before its own timeout has pushed nothing back:
each job that still ran is lost. What it needs is its own timeout, what it takes beyond that, and a moment to say so and exit.
Fargate gives 120 s at most, whatever is set.`,
	Fix: "Raise stopTimeout, or lower the worker's timeout; beyond 120 s on Fargate let the worker hand back at 110 s, and use task protection for longer jobs.",
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "60"],
      "stopTimeout": 30
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
      "stopTimeout": 30
    }
  ]
}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			if f, short := s.stopShort(k, c); short && !k.Grace.Default {
				f.Fix, f.Paste, f.Edits = s.fixStop(k, c)
				say(f)
			}
		}
	},
}
