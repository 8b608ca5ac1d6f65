package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s505 = Rule{
	ID: "S505", Name: "control-group-over-children", Severity: Warning,
	Finds: "The default KillMode (control-group) for a worker whose jobs run in child processes, or for our supervisor.",
	Why: `systemd sends SIGTERM to each process of the service, not to the worker alone: the children in which Celery, RQ, Resque,
Dramatiq or sidekiqswarm run their jobs, the supervisor's workers, and every program that a job has started. What
they do then is not what their parent would have told them. RQ's child ends at once, in the midst of its job: that is an error.`,
	Fix: "KillMode=mixed: SIGTERM for the first process alone, which stops its children in order.",
	Bad: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
TimeoutStopSec=infinity
Restart=always
`,
	Good: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
KillMode=mixed
TimeoutStopSec=infinity
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || k.Platform != deploy.Systemd || !k.forks() {
				continue
			}
			mode, at := sv.killMode()
			if mode != "control-group" || sv.stopsFirst() {
				continue
			}
			pos := at
			if !pos.Known() {
				pos = k.Pos
			}
			f := Finding{Pos: pos, Workload: k.Name,
				Message: fmt.Sprintf("KillMode=control-group: systemd signals the child processes of %s too, and what its jobs have started", k.kind().Name),
				Outcome: "child processes that run jobs get SIGTERM by themselves, and end as they see fit",
				Fix:     "let systemd signal the first process alone", Paste: []string{"KillMode=mixed"}, Edits: k.setting(at, "KillMode=mixed")}
			if k.kind().Dies {
				f.Severity, f.Outcome = Error, "the child process that runs the job ends on it at once, at each stop, though the worker would have waited"
			}
			if l, trapped := k.lost(); trapped { // alone it would not pass the signal on: all jobs would be killed
				f.Fix, f.Edits = "once the worker itself is the first process, without "+l.link.Name+" in front of it, and not before", nil
			}
			say(f)
		}
	},
}

// stopsFirst says whether the service's own command has ended the worker before systemd signals
// what is left.
func (sv *service) stopsFirst() bool {
	for _, x := range sv.Commands("Service", "ExecStop", sv.env) {
		if waits.MatchString(x.String()) {
			return true
		}
	}
	return false
}
