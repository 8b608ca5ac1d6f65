package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var d113 = Rule{
	ID: "D113", Name: "broadcast", Severity: Warning,
	Finds: "An init that signals the whole process group (dumb-init without --single-child, tini -g) in front of a worker that forks.",
	Why: `Every process of the group gets the signal: the children that run the jobs end in the midst of them, and the parent that
would have waited for them finds them gone (celery/celery#4795, airflow-helm/charts#428). dumb-init may send a second one. RQ (from 1.7 on) and resque-pool give theirs groups
of their own, and are left alone.`,
	Fix: "dumb-init --single-child, or DUMB_INIT_SETSID=0; tini without -g.",
	Bad: `-- Dockerfile --
FROM python:3.13
ENTRYPOINT ["dumb-init", "--"]
CMD ["celery", "-A", "shop", "worker"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
ENTRYPOINT ["dumb-init", "--single-child", "--"]
CMD ["celery", "-A", "shop", "worker"]
`,
	check: func(s *scene, say func(Finding)) {
		s.links(chain.Init, func(k *work, l chain.Link) {
			if !l.Groups || !k.forks() || k.kind().Apart {
				return
			}
			f := Finding{Pos: l.Pos, Workload: k.Name, Message: fmt.Sprintf("%s signals every process of its group: %s runs its jobs in processes of their own, which get the signal too", l.Name, k.kind().Name),
				Outcome: "jobs end in the midst of their work, though the worker would have waited for them", Fix: "tini without -g, and without TINI_KILL_PROCESS_GROUP"}
			if l.Name == "dumb-init" {
				f.Fix, f.Paste = "tell it to signal its child alone", []string{"dumb-init --single-child --"}
				if e := (Edit{File: l.Pos.File, First: l.Pos.Line, Last: l.Pos.Line, insert: `"--single-child", `, before: `"--"`}); s.site.pages.fits(e) {
					f.Edits = []Edit{e}
				} else if k.Image == nil {
					f.Fix, f.Paste = "among the variables of the container", []string{"DUMB_INIT_SETSID=0"}
				}
			}
			say(f)
		})
	},
}

// forks says whether a worker runs its jobs in processes of its own: Celery need not.
func (k *work) forks() bool {
	if k.kind() == worker.Celery {
		pool, given := k.chain.Worker.Flag("-P", "--pool")
		if given && pool.Value.Value != "prefork" && pool.Value.Value != "processes" {
			return false
		}
	}
	return k.kind().Forks || k.kind() == worker.Supervisor
}
