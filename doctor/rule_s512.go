package doctor

import (
	"path"
	"strings"
)

var s512 = Rule{
	ID: "S512", Name: "user-unit-without-linger", Severity: Warning,
	Finds: "The unit of a worker in a folder for users' units (systemd/user, .config/containers/systemd), and no file here that enables lingering.",
	Why: `A user's systemd ends with the user's last session, and begins with the first: after a reboot, or when whoever deployed has
logged out, no worker runs, until somebody logs in. loginctl enable-linger keeps it.`,
	Fix: "loginctl enable-linger USER, once on each server; in the script that sets servers up it is seen here.",
	Bad: `-- .config/systemd/user/shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
Restart=always

[Install]
WantedBy=default.target
`,
	Good: `-- .config/systemd/user/shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
Restart=always

[Install]
WantedBy=default.target
-- bin/setup-server.sh --
#!/bin/sh
loginctl enable-linger deploy
systemctl --user enable --now shop-worker
`,
	check: func(s *scene, say func(Finding)) {
		looked, lingers := false, false
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || !sv.user {
				continue
			}
			if !looked {
				looked, lingers = true, s.site.search.says("enable-linger", "systemd/linger")
			}
			if !lingers {
				say(Finding{Pos: k.Pos, Workload: k.Name, Message: "a unit of a user's own systemd, and nothing here lets that outlive the user's sessions",
					Outcome: "the worker is stopped at the last logout, and does not start after a reboot until somebody logs in",
					Fix:     "once on each server, in a script of this repository", Paste: []string{"loginctl enable-linger USER"}})
			}
		}
	},
}

// scriptEnds are the endings of files in which people keep what they do to servers.
var scriptEnds = map[string]bool{".sh": true, ".bash": true, ".yml": true, ".yaml": true, ".rb": true, ".rake": true, ".py": true, ".mk": true, ".md": true, ".cap": true,
	".tf": true, ".toml": true, ".txt": true, ".service": true, ".container": true, ".json": true, ".pp": true, ".nix": true, ".js": true, ".ts": true}

// keepsCommands says whether a file may hold what people do to servers, by its name.
func keepsCommands(name string) bool {
	base := path.Base(name)
	dir := path.Base(path.Dir(name))
	return scriptEnds[path.Ext(base)] || !strings.Contains(base, ".") && (dir == "bin" || dir == "script" || dir == "scripts" || dir == "deploy" || strings.HasSuffix(base, "file"))
}
