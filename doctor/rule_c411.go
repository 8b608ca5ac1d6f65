package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/script"
)

var c411 = Rule{
	ID: "C411", Name: "hard-kill-in-script", Severity: Error,
	Finds: `A line of a deploy script, a Makefile, a CI file or a recipe that kills workers: docker rm -f, docker kill, kill -9, pkill -9,
systemctl kill -s KILL, compose down, stop or up with a timeout of 5 s or less, kubectl delete with --force or a
grace period of 5 s or less. Comments, what is printed and what tests and builds start for themselves is left alone.`,
	Why: `All that the images, the grace and the worker have been set up for is passed by: KILL reaches no handler. Where something
was asked to end before and was waited for, the line is the end of an ordinary stop and is not found. helm upgrade
--force and nomad stop -no-shutdown-delay are warnings: what they do depends on their versions and on the job.`,
	Fix: "Stop in the ordinary way, and let the platform's grace decide when to kill.",
	Bad: `-- deploy.sh --
#!/bin/sh
docker pull example/shop
docker rm -f shop-worker
docker run -d --name shop-worker --restart always example/shop
`,
	Good: `-- deploy.sh --
#!/bin/sh
docker pull example/shop
docker stop -t 60 shop-worker && docker rm shop-worker
docker run -d --name shop-worker --restart always example/shop
`,
	check: func(s *scene, say func(Finding)) {
		for i := range s.site.recipes {
			f := &s.site.recipes[i]
			for j := range f.calls {
				c := &f.calls[j]
				if k, ok := c.Kill(); ok && s.kills(f, c, k) {
					say(f.killed(c, k))
				}
			}
		}
	},
}

// kills says whether a command that kills means deployed workers.
func (s *scene) kills(f *scriptFile, c *script.Call, k script.Kill) bool {
	if f.cron || developedFile(k) || f.after(c) {
		return false
	}
	if k.Process && len(k.Targets) == 0 {
		k.Targets = f.fed(c)
	}
	workers, sure := s.ofWorkers(k)
	scope := f.scopeOf(c, k)
	switch {
	case scope == disposes:
		return false
	case workers:
		return scope == deploys || !k.Process || sure
	case sure || k.Process && scope != deploys, s.idle():
		return false
	}
	if k.All && len(k.Targets) == 0 && !k.Pods {
		if any, known := s.served(f); known {
			return any
		}
	}
	return scope == deploys
}

func (f *scriptFile) killed(c *script.Call, k script.Kill) Finding {
	found := Finding{Pos: Pos{File: f.shown, Line: c.Line}, Workload: c.Unit,
		Message: fmt.Sprintf("%s %s", k.What, k.Does),
		Outcome: "each time this line runs, the jobs that the workers have in hand are cut off",
		Fix:     k.Instead}
	if k.Mild {
		found.Severity, found.Outcome = Warning, "jobs that run meanwhile may be cut off"
	}
	return found
}
