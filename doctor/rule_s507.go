package doctor

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s507 = Rule{
	ID: "S507", Name: "systemd-not-told", Severity: Warning,
	Finds: "A worker or supervisor of ours in a unit that has neither Type=notify (or notify-reload) nor NotifyAccess=.",
	Why: `Ours tell systemd when they are ready, and ask for more time while they stop and still have jobs (EXTEND_TIMEOUT_USEC):
a unit with TimeoutStopSec=2 let a worker stop for 5 s (measured with systemd 252). systemd listens only if the unit says so.`,
	Fix: "Type=notify.",
	Bad: `-- go.mod --
module example.com/shop

require github.com/tasuki-jobs/tasuki v1.0.0
-- cmd/shop-worker/main.go --
package main

import (
	"os"

	"github.com/tasuki-jobs/tasuki"
)

func main() { os.Exit(tasuki.Main(newWorker())) }
-- shop-worker.service --
[Service]
ExecStart=/usr/local/bin/shop-worker -t 60
KillMode=mixed
Restart=always
`,
	Good: `-- go.mod --
module example.com/shop

require github.com/tasuki-jobs/tasuki v1.0.0
-- cmd/shop-worker/main.go --
package main

import (
	"os"

	"github.com/tasuki-jobs/tasuki"
)

func main() { os.Exit(tasuki.Main(newWorker())) }
-- shop-worker.service --
[Service]
Type=notify
ExecStart=/usr/local/bin/shop-worker -t 60
KillMode=mixed
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.ours() || k.Platform != deploy.Systemd {
				continue
			}
			if main, _ := sv.hears(); main {
				continue
			}
			at := Pos{}
			if e, ok := sv.Last("Service", "Type"); ok {
				at = e.Pos
			}
			say(Finding{Pos: k.Pos, Workload: k.Name, Message: fmt.Sprintf("systemd does not listen to %s: no Type=notify and no NotifyAccess=", k.kind().Name),
				Outcome: "a stop gets no more time than TimeoutStopSec, however long the jobs take, and systemd takes the service for started before it is ready",
				Fix:     "let systemd listen", Paste: []string{"Type=notify"}, Edits: k.setting(at, "Type=notify")})
		}
	},
}
