package doctor

import (
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s513 = Rule{
	ID: "S513", Name: "foreman-export", Severity: Error,
	Finds: "A unit as foreman export systemd writes it, with the TimeoutStopSec=5 that it writes by itself, for a worker that needs more.",
	Why: `foreman's own default of 5 s between SIGTERM and SIGKILL goes into each unit. What is changed in the unit by hand is gone at
the next export.`,
	Fix: "foreman export systemd -t SECONDS.",
	Bad: `-- shop-worker.1.service --
[Unit]
PartOf=shop-worker.target

[Service]
User=shop
WorkingDirectory=/srv/shop
Environment=PORT=5000
Environment=PS=worker.1
ExecStart=/bin/bash -lc 'exec -a "shop-worker.1" bundle exec sidekiq'
Restart=always
KillMode=mixed
TimeoutStopSec=5
`,
	Good: `-- shop-worker.1.service --
[Unit]
PartOf=shop-worker.target

[Service]
User=shop
WorkingDirectory=/srv/shop
Environment=PORT=5000
Environment=PS=worker.1
ExecStart=/bin/bash -lc 'exec -a "shop-worker.1" bundle exec sidekiq'
Restart=always
KillMode=mixed
TimeoutStopSec=30
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			f, short := k.short()
			if !short || !k.foreman() {
				continue
			}
			f.Message = "foreman export wrote TimeoutStopSec=5: " + f.Message
			f.Fix = "export again; a change in the unit alone is gone then"
			if k.sum.Open() == "" {
				f.Paste = []string{fmt.Sprintf("foreman export systemd -t %d …", int(k.proposed().Seconds()))}
				f.Edits = k.setting(k.Grace.Pos, fmt.Sprintf("TimeoutStopSec=%d", int(k.proposed().Seconds())))
			}
			say(f)
		}
	},
}

// foreman says whether foreman has exported a unit, and its time with it.
func (k *work) foreman() bool {
	sv, ok := k.service()
	if !ok || k.Platform != deploy.Systemd || k.Grace.Default || k.Grace.Time != 5*1e9 {
		return false
	}
	_, named := sv.env.Values["PS"]
	return named || strings.Contains(sv.exec.String(), `exec -a "`)
}
