package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e301 = Rule{
	ID: "E301", Name: "stop-timeout-unset", Severity: Error,
	Finds: "A container with a worker that sets no stopTimeout, where no file says what the instances give instead.",
	Why: `It has 30 s then, or on instances of your own what their agent is told by ECS_CONTAINER_STOP_TIMEOUT. That is an error
where the worker needs more, and a warning where it is just enough: nobody who changes the worker's timeout will see it.`,
	Fix: "Set stopTimeout in the container's definition, in seconds, to what the worker needs.",
	Bad: `-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "example/shop",
      "command": ["bundle", "exec", "sidekiq", "-t", "60"]
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
      "stopTimeout": 65,
      "command": ["bundle", "exec", "sidekiq", "-t", "60"]
    }
  ]
}
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			if !k.Grace.Default || s.held(k, c) {
				continue
			}
			f, short := s.stopShort(k, c)
			if !short && k.kind().Web && k.sum.Holds() {
				continue
			}
			if !short {
				f = Finding{Severity: Warning, Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: rankStop, Workload: k.Name, Sum: k.sum,
					Message: fmt.Sprintf("no stopTimeout: %s has ECS' %d s", k.kind().Name, int(ecs.DefaultGrace.Seconds())),
					Outcome: "a longer timeout of the worker, set some day in another file, would cost its jobs"}
				if !c.Task.Fargate() {
					f.Message += ", or what ECS_CONTAINER_STOP_TIMEOUT of the instances says"
				}
			}
			f.Fix, f.Paste, f.Edits = s.fixStop(k, c)
			say(f)
		}
	},
}
