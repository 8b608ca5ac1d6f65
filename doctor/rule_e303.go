package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

var e303 = Rule{
	ID: "E303", Name: "stop-timeout-over-120", Severity: Error,
	Finds: "A stopTimeout above 120 for a task on Fargate.",
	Why: `120 s is all that Fargate gives (Amazon ECS API reference, ContainerDefinition; aws/containers-roadmap#1020). A larger
number is refused, or counts as 120: who reads it believes in a time that the jobs do not have.`,
	Fix: "Set 120, let the worker hand back at 110 s, and keep deployments away from longer jobs with task protection.",
	Bad: `-- template.yaml --
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Worker:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - Name: sidekiq
          Image: example/shop
          Command: [bundle, exec, sidekiq, -t, "280"]
          StopTimeout: 300
`,
	Good: `-- template.yaml --
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Worker:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - Name: sidekiq
          Image: example/shop
          Command: [bundle, exec, sidekiq, -t, "110"]
          StopTimeout: 120
`,
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.tasks() {
			n := c.StopTimeout()
			seconds, ok := n.Int()
			if !ok || seconds <= int64(ecs.MostFargate.Seconds()) || !c.Task.Fargate() {
				continue
			}
			f := Finding{Pos: n.Pos(), cause: k.Grace.Pos, rank: rankOver, Workload: k.Name, Sum: k.sum,
				Message: fmt.Sprintf("stopTimeout is %d, and Fargate gives 120 s at most", seconds),
				Outcome: "ECS refuses the task definition, or kills the worker after 120 s",
				Fix:     "set stopTimeout to 120", Paste: stopLines(c, "120")}
			if p := s.patch(); p.setStop(c, "120") {
				f.Edits = p.edits()
			}
			if short, ok := s.stopShort(k, c); ok {
				f.Outcome = short.Outcome
				f.Fix, f.Paste, f.Edits = s.fixStop(k, c)
			}
			say(f)
		}
	},
}
