package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s501 = Rule{
	ID: "S501", Name: "unit-grace-short", Severity: Error,
	Finds: "A TimeoutStopSec (or TimeoutSec, or the 90 s of a unit that sets none) that is shorter than what the worker needs to stop; of a container file, a StopTimeout (or Podman's 10 s).",
	Why: `systemd sends SIGTERM, waits that long and kills. Drop-ins (NAME.service.d/*.conf) are read in their order; 0 and
infinity are no limit; a time that systemd cannot read ("300 # five minutes": there are no comments behind a value) is
passed, and what was said before it, or the default, counts.`,
	Fix: "Raise TimeoutStopSec, or lower the worker's timeout.",
	Bad: `-- shop-worker.service --
[Unit]
Description=Workers of the shop

[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 300
KillMode=mixed
Restart=always
`,
	Good: `-- shop-worker.service --
[Unit]
Description=Workers of the shop

[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 300
KillMode=mixed
TimeoutStopSec=5min 10s
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			f, short := k.short()
			if !ok || !short || k.foreman() {
				continue
			}
			f.Fix, f.Paste, f.Edits = k.setStop(sv)
			say(f)
		}
	},
}

// setStop writes the unit's grace, or the container's.
func (k *work) setStop(sv *service) (fix string, paste []string, edits []Edit) {
	key, at := "TimeoutStopSec", Pos{}
	if k.Platform == deploy.Quadlet {
		key = "StopTimeout"
		_, e, _ := sv.Time("Container", key)
		at = e.Pos
		if !at.Known() && !k.Grace.Default {
			return "raise --stop-timeout, or set StopTimeout= in its place", nil, nil
		}
	} else if !k.Grace.Default {
		at = k.Grace.Pos
	}
	if k.sum.Open() != "" {
		return "set " + key + "= to what the worker needs", nil, nil
	}
	line := fmt.Sprintf("%s=%d", key, int(k.proposed().Seconds()))
	edits = k.setting(at, line)
	if _, e, _ := sv.Time("Service", "TimeoutStopSec", "TimeoutSec"); k.Platform == deploy.Systemd && at.Known() && e.Pos == at {
		edits = []Edit{stopLine(e, line)}
	}
	if sec := k.proposed() + stopMargin; k.Platform == deploy.Quadlet && sv.stopSec() < sec {
		_, e, _ := sv.Time("Service", "TimeoutStopSec", "TimeoutSec")
		more := fmt.Sprintf("TimeoutStopSec=%d", int(sec.Seconds()))
		switch head := sv.Header("Service"); {
		case e.Pos.Known():
			edits = append(edits, stopLine(e, more))
		case head.Known():
			edits = append(edits, Edit{File: head.File, First: head.Line + 1, Last: head.Line, Lines: []string{more}})
		default:
			edits = nil
		}
		return "in [Container], and more than that in [Service]", []string{line, more}, edits
	}
	return "in the unit, or in a drop-in", []string{line}, edits
}
