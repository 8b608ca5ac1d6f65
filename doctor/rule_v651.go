package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var v651 = Rule{
	ID: "V651", Name: "supervisor-grace-short", Severity: Error,
	Finds: "A program of Supervisor's whose stopwaitsecs, or the 10 s of one that sets none, is shorter than what the worker needs to stop.",
	Why: `Supervisor sends stopsignal, waits stopwaitsecs and kills: at supervisorctl restart, and when its container stops. Laravel's
own documentation asks for a stopwaitsecs above the longest job. Where a worker waits for its jobs without an end, nobody
has said how long they take, and no file sets stopwaitsecs, it is a warning.`,
	Fix: "Set stopwaitsecs to what the worker needs, and some seconds more; and the container's own grace above it.",
	Bad: `-- supervisord.conf --
[program:mail]
directory=/srv/shop
command=php artisan queue:work --timeout=90
autorestart=true
`,
	Good: `-- supervisord.conf --
[program:mail]
directory=/srv/shop
command=php artisan queue:work --timeout=90
autorestart=true
stopwaitsecs=100
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.waited(); ok {
				say(f)
			}
		}
	},
}

// waited is a worker that Supervisor kills too early, as far as is known.
func (k *work) waited() (Finding, bool) {
	if k.Platform != deploy.Supervisor || !k.worker() || k.sum.Holds() {
		return Finding{}, false
	}
	f, short := k.short()
	if !short {
		if !k.Grace.Default {
			return Finding{}, false
		}
		unknown := k.sum.Open()
		if k.drains() {
			unknown = "waits for its jobs for as long as they take"
		}
		f = Finding{Severity: Warning, Pos: k.Grace.Pos, cause: k.Grace.Pos, rank: -1, Workload: k.Name, Sum: k.sum,
			Message: fmt.Sprintf("no stopwaitsecs: %s has Supervisor's 10 s, and %s", k.kind().Name, unknown),
			Outcome: "10 s after the stop signal the worker is killed, with all jobs that still run"}
	}
	f.Fix, f.Paste, f.Edits = k.setWait()
	if !short {
		f.Fix += "; --longest-job or --worker-timeout says how long that is"
	}
	return f, true
}
