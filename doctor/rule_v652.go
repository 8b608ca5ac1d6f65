package doctor

import "fmt"

var v652 = Rule{
	ID: "V652", Name: "supervisor-signals-group", Severity: Warning,
	Finds: "stopasgroup=true for a worker that runs its jobs in processes of its own.",
	Why: `stopasgroup sends the stop signal to each process of the program's group, not to the worker alone: the children in which
Celery, RQ, Dramatiq or sidekiqswarm run their jobs get it by themselves, and end in the midst of them. It is made for shells
and development servers that do not pass a signal on.`,
	Fix: "stopasgroup=false; killasgroup=true ends what is left when stopwaitsecs is over.",
	Bad: `-- mail.conf --
[program:mail]
command=/srv/mail/venv/bin/dramatiq mail --worker-shutdown-timeout 30000
stopwaitsecs=60
stopasgroup=true
`,
	Good: `-- mail.conf --
[program:mail]
command=/srv/mail/venv/bin/dramatiq mail --worker-shutdown-timeout 30000
stopwaitsecs=60
stopasgroup=false
killasgroup=true
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			p, ok := k.program()
			if !ok || !k.worker() || !k.forks() {
				continue
			}
			on, at := p.Is("stopasgroup")
			_, trapped := k.lost()
			if !on || trapped { // with a shell in front that is another rule's
				continue
			}
			lines := []string{"stopasgroup=false"}
			if _, ok := p.Get("killasgroup"); !ok {
				lines = append(lines, "killasgroup=true")
			}
			say(Finding{Pos: at, Workload: k.Name, Message: fmt.Sprintf("stopasgroup: Supervisor signals the child processes of %s too, and what its jobs have started", k.kind().Name),
				Outcome: "child processes that run jobs get the stop signal by themselves, and end in the midst of their work",
				Fix:     "let Supervisor signal the worker alone", Paste: lines, Edits: []Edit{{File: at.File, First: at.Line, Last: max(at.Line, at.Last), Lines: lines}}})
		}
	},
}
