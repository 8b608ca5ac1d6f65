package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var s517 = Rule{
	ID: "S517", Name: "kill-signal", Severity: Error,
	Finds: "A KillSignal=, or the SIGTERM of a unit without it, on which the worker does not let its jobs end; or SendSIGKILL=no.",
	Why: `The signal is what a stop begins with. SIGKILL loses all jobs at each stop, SIGQUIT is an order to end at once for most
workers, and others are not heard at all: then the time runs out and all is killed. With SendSIGKILL=no what has not
ended by then runs on, and the next start makes a second worker beside it. Resque is the other way round: TERM ends its
jobs at once, QUIT lets them end.`,
	Fix: "KillSignal=SIGTERM, which is the default; for Resque KillSignal=SIGQUIT.",
	Bad: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
KillMode=mixed
KillSignal=SIGQUIT
TimeoutStopSec=infinity
Restart=always
`,
	Good: `-- mail.service --
[Service]
WorkingDirectory=/srv/mail
ExecStart=/srv/mail/venv/bin/celery -A mail worker
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=infinity
Restart=always
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			sv, ok := k.service()
			if !ok || !k.worker() || k.Platform != deploy.Systemd {
				continue
			}
			if f, ok := k.killSignal(sv); ok {
				say(f)
			}
			if e, ok := sv.Last("Service", "SendSIGKILL"); ok && sv.Is("Service", "SendSIGKILL", "no", "false", "off", "0") {
				say(Finding{Pos: e.Pos, Workload: k.Name, Message: "SendSIGKILL=no: what has not ended when the time is over runs on", Outcome: runsOn, Fix: "take SendSIGKILL= out"})
			}
		}
	},
}

// killSignal is a signal by which systemd stops the worker, and on which that does not let its
// jobs end. Where no file says one it is SIGTERM.
func (k *work) killSignal(sv *service) (Finding, bool) {
	said := k.StopSignal
	name := cmp.Or(signalName(said.Value), "TERM")
	if said.Open || k.endsOn(name) || !said.Given() && !sv.Whole {
		return Finding{}, false
	}
	want := "KillSignal=" + k.stopSignalName()
	f := Finding{Severity: Warning, Pos: said.Pos, Workload: k.Name, Message: fmt.Sprintf("KillSignal=%s is no signal on which %s lets its jobs end", said.Value, k.kind().Name),
		Outcome: "a stop does not begin as the worker expects it; jobs that run are cut off", Fix: "say the signal on which it does", Paste: []string{want}, Edits: k.setting(said.Pos, want)}
	if !said.Given() {
		f.Pos, f.Message = k.Pos, fmt.Sprintf("no KillSignal=: systemd sends SIGTERM, on which %s does not let its jobs end", k.kind().Name)
	}
	if fix := k.deafened(); fix != "" {
		f.Fix, f.Paste, f.Edits = fix, nil, nil
	}
	if name == "KILL" || name == "QUIT" || slices.Contains(k.kind().Aborts, name) {
		f.Severity, f.Outcome = Error, "each stop cuts off the jobs that run, at once"
	}
	return f, true
}
