package doctor

import (
	"cmp"
	"fmt"
	"slices"
)

var v657 = Rule{
	ID: "V657", Name: "supervisor-stopsignal", Severity: Error,
	Finds: "A stopsignal of Supervisor's, or the TERM of a program that sets none, on which the worker does not let its jobs end.",
	Why: `Supervisor sends TERM if nobody says otherwise. Most workers let their jobs end on it; Huey and Resque cut them off, and ask
for INT and QUIT. It is a warning where the worker may merely go on until it is killed.`,
	Fix: "Set stopsignal to the signal on which the worker lets its jobs end.",
	Bad: `-- supervisord.conf --
[program:mail]
command=/srv/mail/venv/bin/huey_consumer mail.huey
stopwaitsecs=70
`,
	Good: `-- supervisord.conf --
[program:mail]
command=/srv/mail/venv/bin/huey_consumer mail.huey
stopsignal=INT
stopwaitsecs=70
`,
	Told: Options{LongestJob: 60e9},
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.programSignal(); ok {
				say(f)
			}
		}
	},
}

// programSignal is a signal by which Supervisor stops the worker, and on which that does not let
// its jobs end.
func (k *work) programSignal() (Finding, bool) {
	p, ok := k.program()
	said := k.StopSignal
	name := cmp.Or(signalName(said.Value), "TERM")
	if !ok || !k.worker() || said.Open || k.endsOn(name) {
		return Finding{}, false
	}
	line := "stopsignal=" + k.stopSignalName()[len("SIG"):]
	f := Finding{Severity: Warning, Pos: said.Pos, Workload: k.Name, Message: fmt.Sprintf("Supervisor sends %s, on which %s does not let its jobs end", name, k.kind().Name),
		Outcome: "a stop does not begin as the worker expects it; jobs that run are cut off", Fix: "say the signal on which it does", Paste: []string{line}}
	if e, ok := p.Get("stopsignal"); ok {
		f.Edits = []Edit{replaceLine(e.Pos, line)}
	} else {
		end := max(k.Pos.Line, k.Pos.Last)
		f.Pos, f.Edits = k.Pos, []Edit{{File: k.Pos.File, First: end + 1, Last: end, Lines: []string{line}}}
	}
	if fix := k.deafened(); fix != "" {
		f.Fix, f.Paste, f.Edits = fix, nil, nil
	}
	if name == "KILL" || slices.Contains(k.kind().Aborts, name) {
		f.Severity, f.Outcome = Error, "each stop ends all jobs that run at once"
	}
	return f, true
}
