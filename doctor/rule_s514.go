package doctor

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

var s514 = Rule{
	ID: "S514", Name: "quadlet-times", Severity: Error,
	Finds: "A container file whose TimeoutStopSec (90 s if it is not set) is not longer than its StopTimeout.",
	Why: `Podman waits StopTimeout for the container, and systemd TimeoutStopSec for Podman. If systemd's time is over first, it
kills Podman and the worker with it.`,
	Fix: "TimeoutStopSec= in [Service], at least 5 s above StopTimeout= in [Container].",
	Bad: `-- shop-worker.container --
[Container]
Image=registry.example/shop:1
Exec=bundle exec sidekiq -t 100
StopTimeout=110

[Service]
Restart=always
`,
	Good: `-- shop-worker.container --
[Container]
Image=registry.example/shop:1
Exec=bundle exec sidekiq -t 100
StopTimeout=110

[Service]
Restart=always
TimeoutStopSec=120
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || k.Platform != deploy.Quadlet || sv.stopSec() > k.Grace.Time {
				continue
			}
			_, e, _ := sv.Time("Service", "TimeoutStopSec", "TimeoutSec")
			line := fmt.Sprintf("TimeoutStopSec=%d", int((k.Grace.Time+stopMargin+rounding-1)/rounding*rounding/time.Second))
			f := Finding{Pos: e.Pos, Workload: k.Name, Outcome: fmt.Sprintf("systemd kills Podman and the worker %s after the stop signal, before Podman's %s are over", deploy.Seconds(sv.stopSec()), deploy.Seconds(k.Grace.Time)),
				Message: fmt.Sprintf("TimeoutStopSec is %s, and StopTimeout %s", deploy.Seconds(sv.stopSec()), deploy.Seconds(k.Grace.Time)),
				Fix:     "in [Service], more than Podman's own time", Paste: []string{line}}
			head := sv.Header("Service")
			switch {
			case e.Pos.Known():
				f.Edits = []Edit{stopLine(e, line)}
			case head.Known():
				f.Edits = []Edit{{File: head.File, First: head.Line + 1, Last: head.Line, Lines: []string{line}}}
			}
			if !e.Pos.Known() {
				f.Pos = k.Grace.Pos
			}
			say(f)
		}
	},
}

// stopMargin is what systemd waits for Podman beyond what Podman waits for the container.
const stopMargin = 5 * time.Second

// stopSec is what systemd waits for a service.
func (v variant) stopSec() time.Duration {
	f := v.grace()
	if f.Endless || f.Open != "" {
		return unit.Forever
	}
	return f.Time
}
