package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var v654 = Rule{
	ID: "V654", Name: "nested-grace", Severity: Error,
	Finds: "A container with Supervisor in it that has less time than Supervisor gives one of its workers.",
	Why: `The outer platform sends SIGTERM to Supervisor, which passes it on and waits for stopwaitsecs. When the outer grace is over
first, all processes of the container are killed, whatever stopwaitsecs says.`,
	Fix: "Raise the outer grace above the stopwaitsecs of the slowest worker, and 2 s for Supervisor's own end.",
	Bad: `-- Dockerfile --
FROM php:8.3-cli
COPY supervisord.conf /etc/supervisord.conf
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
-- supervisord.conf --
[program:mail]
command=php artisan queue:work --timeout=90
stopwaitsecs=100
-- compose.yaml --
services:
  app:
    build: .
    restart: always
`,
	Good: `-- Dockerfile --
FROM php:8.3-cli
COPY supervisord.conf /etc/supervisord.conf
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
-- supervisord.conf --
[program:mail]
command=php artisan queue:work --timeout=90
stopwaitsecs=100
-- compose.yaml --
services:
  app:
    build: .
    restart: always
    stop_grace_period: 105s
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := s.nested(k); ok {
				say(f)
			}
		}
	},
}

// supervisorEnds is how long Supervisor itself takes once its programs have stopped.
const supervisorEnds = 2 * time.Second

// nested is a container that is killed before Supervisor in it has stopped its slowest worker.
func (s *scene) nested(k *work) (Finding, bool) {
	if k.worker() || !slices.Contains(judged, k.Platform) || k.Image == nil || !k.Grace.Known() || len(k.chain.Program) == 0 || path.Base(k.chain.Program[0].Value) != "supervisord" {
		return Finding{}, false
	}
	slowest, wait := (*work)(nil), time.Duration(0)
	for _, inner := range s.works {
		if p, ok := inner.program(); ok && inner.worker() && p.image != nil && p.image.Pos.File == k.Image.Pos.File && inner.waits() > wait && s.begins(p, k) {
			slowest, wait = inner, inner.waits()
		}
	}
	if slowest == nil {
		return Finding{}, false
	}
	outer := *k
	what, message := "what Supervisor waits for "+slowest.Name, "Supervisor in this container waits up to %s for %s, and has %s"
	if slowest.sum.Breaks() { // Supervisor has to wait longer than it does
		what, message = "what "+slowest.Name+" needs", "Supervisor in this container has to wait %s for %s, and has %s"
	}
	outer.sum = &Sum{Need: []Figure{{Time: wait, What: what, Pos: slowest.Grace.Pos}, {Time: supervisorEnds, What: "for Supervisor's own end", Default: true}},
		Grace: k.Grace, Less: k.Less}
	if !outer.sum.Breaks() {
		return Finding{}, false
	}
	f := Finding{Pos: k.Grace.Pos, Workload: k.Name, Sum: outer.sum, Fix: "raise " + k.Grace.What,
		Message: fmt.Sprintf(message, deploy.Seconds(wait), slowest.Name, deploy.Seconds(max(outer.sum.Available(), 0))),
		Outcome: fmt.Sprintf("%s after the stop signal all processes of the container are killed, with all jobs that %s still runs", deploy.Seconds(max(outer.sum.Available(), 0)), slowest.kind().Name)}
	if slowest.sum.Open() != "" { // it may well end sooner
		f.Severity = Warning
	}
	if k.Platform == deploy.Compose {
		f.Fix, f.Paste, f.Edits = outer.setPeriod(s.site)
	}
	return f, true
}

// begins says whether Supervisor starts a program with a container. Where autostart= is a
// variable that containers of the same image set, it does in those that set it.
func (s *scene) begins(p *supervised, k *work) bool {
	name, ok := p.AutostartVariable()
	if !ok {
		return true
	}
	if t, set := k.Variable(name); set || k.EnvOpen {
		return t.Open || !set || !slices.Contains([]string{"false", "0", "no", "off", ""}, strings.ToLower(t.Value))
	}
	return !slices.ContainsFunc(s.works, func(other *work) bool {
		_, set := other.Variable(name)
		return set && other.Image != nil && other.Image.Pos.File == k.Image.Pos.File
	})
}

// waits is how long a stop of one of Supervisor's workers may take: its own time, or stopwaitsecs
// where that is not known. One with too little of it will have what it needs: V651 says so.
func (k *work) waits() time.Duration {
	if !k.sum.Grace.Known() {
		return 0
	}
	if k.sum.Open() == "" {
		return k.sum.Needed()
	}
	return k.sum.Grace.Time
}
