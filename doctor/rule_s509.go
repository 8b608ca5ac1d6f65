package doctor

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

var s509 = Rule{
	ID: "S509", Name: "oom-policy", Severity: Warning,
	Finds: "Our supervisor in a unit without OOMPolicy=continue.",
	Why: `With the default, stop, systemd stops the whole service when the kernel has killed one of its processes for its memory:
all workers stop because of one job. The supervisor replaces such a worker by itself and says which it was. (Set it
explicitly: the default is DefaultOOMPolicy= of the system.)`,
	Fix: "OOMPolicy=continue.",
	Bad: `-- shop-workers.service --
[Service]
Type=notify
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
Restart=on-failure
`,
	Good: `-- shop-workers.service --
[Service]
Type=notify
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
OOMPolicy=continue
Restart=on-failure
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.supervisor() || k.Platform != deploy.Systemd || sv.Is("Service", "OOMPolicy", "continue") {
				continue
			}
			at := k.Pos
			e, set := sv.Last("Service", "OOMPolicy")
			if set {
				at = e.Pos
			}
			say(Finding{Pos: at, Workload: k.Name, Message: "no OOMPolicy=continue: systemd stops all workers when the kernel has killed one for its memory",
				Outcome: "one job that needs too much memory stops all others of the service",
				Fix:     "let the supervisor replace that one", Paste: []string{"OOMPolicy=continue"}, Edits: k.setting(e.Pos, "OOMPolicy=continue")})
		}
	},
}
