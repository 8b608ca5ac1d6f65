package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var d112 = Rule{
	ID: "D112", Name: "dev-runner", Severity: Warning,
	Finds: "A tool for development in front of the worker: go run, nodemon, node --watch, watchexec, air, watchmedo; or the worker's own --reload.",
	Why: `Such a tool starts the worker anew when a file changes, and ends it in its own way: go run leaves it behind, nodemon and
others kill it after a moment.`,
	Fix: "Build the program in the image and start it itself.",
	Bad: `-- Dockerfile --
FROM python:3.13
CMD ["watchmedo", "auto-restart", "--directory=.", "--pattern=*.py", "--", "celery", "-A", "shop", "worker"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
CMD ["celery", "-A", "shop", "worker"]
`,
	check: func(s *scene, say func(Finding)) {
		signals("D112")(s, say)
		for _, k := range s.works {
			if at, ok := k.reloads(); ok {
				say(Finding{Pos: at.Pos, Workload: k.Name, Message: fmt.Sprintf("%s runs with %s, which is made for development", k.kind().Name, at.Value),
					Outcome: "a file that changes restarts the worker, jobs or not", Fix: "leave " + at.Value + " out"})
			}
		}
	},
}

// reloads is the flag by which a worker watches its own files.
func (k *work) reloads() (deploy.Text, bool) {
	if !k.worker() {
		return deploy.Text{}, false
	}
	for _, w := range k.chain.Program {
		switch w.Value {
		case "--reload", "--autoreload":
			return w, true
		case "--watch":
			return w, k.kind() == worker.Dramatiq
		}
	}
	return deploy.Text{}, false
}
