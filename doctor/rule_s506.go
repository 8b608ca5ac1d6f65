package doctor

import (
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

var s506 = Rule{
	ID: "S506", Name: "exec-stop-kills", Severity: Error,
	Finds: "An ExecStop= that signals the worker and does not wait for its end; one that sends SIGKILL, or calls bin/delayed_job stop.",
	Why: `ExecStop= is not what stops a service, but what is run first: as soon as it has ended systemd sends SIGTERM itself. So kill
-TERM $MAINPID brings the worker two of them (measured with systemd 252), and kill -QUIT a SIGTERM on top. kill -9
loses the jobs; bin/delayed_job stop kills each worker that is busy after 20 s (the gem daemons, force_kill_waittime): those
are errors.`,
	Fix: "Take ExecStop= out; KillSignal= sets another signal, TimeoutStopSec= the time.",
	Bad: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
ExecStop=/bin/kill -TERM $MAINPID
Restart=always
`,
	Good: `-- shop-worker.service --
[Service]
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/bundle exec sidekiq -t 25
ExecReload=/bin/kill -TSTP $MAINPID
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || k.Platform != deploy.Systemd {
				continue
			}
			for _, x := range sv.Commands("Service", "ExecStop", sv.env) {
				if f, ok := stopping(x); ok {
					f.Pos, f.Workload = x.Pos, k.Name
					say(f)
				}
			}
		}
	},
}

var (
	hardKill = regexp.MustCompile(`\b(?:p?kill|killall)\b[^;|&]*?\s-(?:s\s*)?(?:SIG)?(?:9|KILL)\b|systemctl kill\b.*(?:-s|--signal)[ =]?(?:SIG)?(?:9|KILL)\b`)
	softKill = regexp.MustCompile(`\b(?:p?kill|killall)\b|\bsidekiqctl\s+stop\b`)
	gentle   = regexp.MustCompile(`(?i)-(?:s\s*)?(?:SIG)?(?:TSTP|USR[12]|HUP|CONT|WINCH|20|18|1|10|12)\b`)
	waits    = regexp.MustCompile(`\btail\b.*--pid|kill\s+-0|\b(?:stop|p)?wait\b|while\b|timeout\b`)
	daemons  = regexp.MustCompile(`\bdelayed_job\b.*\s(?:stop|restart)\b`)
)

// stopping judges a command that a stop begins with.
func stopping(x unit.Exec) (Finding, bool) {
	text := strings.Join(deploy.Values(x.Words), " ")
	switch {
	case hardKill.MatchString(text):
		return Finding{Message: "ExecStop= sends SIGKILL: " + text, Outcome: "all jobs are killed at each stop, without any SIGTERM", Fix: "take ExecStop= out: systemd sends SIGTERM and waits"}, true
	case daemons.MatchString(text):
		return Finding{Message: "ExecStop= calls the daemon's own stop: " + text, Outcome: "20 s after the stop signal busy workers are killed, and their jobs stay locked for four hours",
			Fix: "start one worker in the foreground in each unit, ExecStart=… bin/delayed_job run, and take ExecStop= out"}, true
	case !softKill.MatchString(text) || gentle.MatchString(text) || waits.MatchString(text):
		return Finding{}, false
	}
	return Finding{Severity: Warning, Message: "ExecStop= signals the worker, and systemd signals it again as soon as that command has ended: " + text,
		Outcome: "the worker gets two stop signals at once; some take the second for an order to end without their jobs",
		Fix:     "take ExecStop= out: systemd sends SIGTERM by itself, or what KillSignal= says"}, true
}
