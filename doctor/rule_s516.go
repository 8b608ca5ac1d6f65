package doctor

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s516 = Rule{
	ID: "S516", Name: "restart-in-place-of-reload", Severity: Warning,
	Finds: "Our supervisor in a unit whose ExecReload= is not tasuki restart, or whose service a deploy script restarts.",
	Why: `systemctl restart is a stop and a start: nothing works until the longest job has ended, or its time is over and it is cut
off. tasuki restart, as ExecReload=, starts a new worker for each old one first and waits until it is ready; if the new
version does not start, the old workers go on and the reload fails.`,
	Fix: "ExecReload=… tasuki restart in the unit, systemctl reload in the deploy.",
	Bad: `-- shop-workers.service --
[Service]
Type=notify
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
OOMPolicy=continue
Restart=on-failure
-- bin/deploy.sh --
#!/bin/sh
set -e
rsync -a . app1:/srv/shop/
ssh app1 sudo systemctl restart shop-workers
`,
	Good: `-- shop-workers.service --
[Service]
Type=notify
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
OOMPolicy=continue
Restart=on-failure
-- bin/deploy.sh --
#!/bin/sh
set -e
rsync -a . app1:/srv/shop/
ssh app1 sudo systemctl reload shop-workers
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.supervisor() || k.Platform != deploy.Systemd {
				continue
			}
			if f, ok := k.reload(sv); ok {
				say(f)
			}
			s.site.search.restarts(sv.Name, func(at Pos) {
				say(Finding{Pos: at, Workload: k.Name, Message: "the deploy restarts " + sv.Name + ": a stop, and then a start",
					Outcome: "no worker takes jobs until the longest that runs has ended, or is cut off when its time is over",
					Fix:     "reload it", Paste: []string{"systemctl reload " + strings.TrimSuffix(sv.Name, ".service")}})
			})
		}
	},
}

var ourReload = regexp.MustCompile(`\btasuki\b.*\brestart\b|\bkill\b.*-(?:s\s*)?(?:SIG)?HUP\b`)

// reload judges ExecReload= of our supervisor.
func (k *work) reload(sv *service) (Finding, bool) {
	all := sv.Commands("Service", "ExecReload", sv.env)
	f := Finding{Pos: k.Pos, Workload: k.Name, Message: "no ExecReload=: a deploy can only stop the workers and start them again",
		Outcome: "no worker takes jobs until the longest that runs has ended, or is cut off when its time is over",
		Fix:     "let systemctl reload replace one worker after the other", Paste: []string{"ExecReload=" + strings.Replace(sv.exec.String(), " supervise", " restart", 1)}}
	for _, x := range all {
		if ourReload.MatchString(x.String()) {
			return Finding{}, false
		}
		f.Pos, f.Message = x.Pos, "ExecReload= is not the supervisor's own restart: "+x.String()
	}
	return f, true
}

// restarts finds the lines of scripts that restart a service.
func (s *search) restarts(name string, say func(Pos)) {
	stem := regexp.QuoteMeta(strings.TrimSuffix(name, ".service"))
	verb := regexp.MustCompile(`\bsystemctl\b[^#\n]*\brestart\b[^#\n]*[\s"']` + stem + `(?:\.service)?(?:["'\s;&|)]|$)`)
	for _, file := range s.names() {
		content, err := s.recipe(file)
		if err != nil || strings.HasSuffix(file, ".md") || !bytes.Contains(content, []byte("systemctl")) {
			continue
		}
		for i, line := range strings.Split(string(content), "\n") {
			if text := strings.TrimSpace(line); !strings.HasPrefix(text, "#") && verb.MatchString(line) {
				say(Pos{File: s.listing.repo.Shown(file), Line: i + 1})
			}
		}
	}
}
