package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var d114 = Rule{
	ID: "D114", Name: "stopsignal", Severity: Error,
	Finds: "A STOPSIGNAL, of the Dockerfile or of a well-known base image, on which the worker does not let its jobs end; and a worker that SIGTERM cuts off, in an image that no file here makes.",
	Why: `What stops a container sends this signal and not SIGTERM. A worker that has no use for it goes on until it is killed, or
ends its jobs at once. It is an error where the worker is known to end its jobs, a warning otherwise. nginx, httpd,
postgres, haproxy and php's fpm images bring one of their own. Resque is the other way round: TERM kills the job, QUIT lets it end,
and TERM too where GRACEFUL_TERM is set, or TERM_CHILD with a RESQUE_PRE_SHUTDOWN_TIMEOUT. resque-pool leaves on TERM without its
workers, unless it is started with --term-graceful-wait.`,
	Fix: "STOPSIGNAL SIGTERM; for Resque STOPSIGNAL SIGQUIT or GRACEFUL_TERM=1, for resque-pool --term-graceful-wait.",
	Bad: `-- Dockerfile --
FROM python:3.13
STOPSIGNAL SIGQUIT
CMD ["celery", "-A", "shop", "worker"]
`,
	Good: `-- Dockerfile --
FROM python:3.13
STOPSIGNAL SIGTERM
CMD ["celery", "-A", "shop", "worker"]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := k.unsaid(); ok {
				say(f)
			}
			f, ok := k.stopSignal()
			if !ok {
				continue
			}
			if o := s.sharing(k); o != nil {
				f.Edits, f.Fix = nil, "in an image of its own: "+o.Name+" is started from this one too, and may need another signal"
			}
			say(f)
		}
	},
}

// sharing is something else that is started from a worker's image.
func (s *scene) sharing(k *work) *work {
	i := slices.IndexFunc(s.works, func(o *work) bool { return o.Image == k.Image && (!o.worker() || o.kind() != k.kind()) })
	if i < 0 {
		return nil
	}
	return s.works[i]
}

// stopSignal is a signal of the image that the worker does not drain on.
func (k *work) stopSignal() (Finding, bool) {
	if !k.worker() || k.Image == nil || k.StopSignal.Given() || k.Image.StopSignal.Open || k.rewrites() {
		return Finding{}, false
	}
	if _, service := k.Detail.(overlayService); service || k.Platform == deploy.Systemd || k.Platform == deploy.Supervisor {
		return Finding{}, false
	}
	said := k.Image.StopSignal
	signal := cmp.Or(signalName(said.Value), "TERM")
	if k.endsOn(signal) {
		return Finding{}, false
	}
	want := k.stopSignalName()
	f := Finding{Severity: Warning, Pos: said.Pos, Workload: k.Name, Fix: "in the last stage of the Dockerfile", Paste: []string{"STOPSIGNAL " + want},
		Message: fmt.Sprintf("docker stop sends SIG%s, which %s does not take for a stop", signal, k.kind().Name),
		Outcome: "the worker goes on until the grace is over, and is killed with all its jobs; or it ends at once"}
	if signal == "KILL" || slices.Contains(k.kind().Aborts, signal) {
		f.Severity, f.Outcome = Error, "all jobs end at once, in the midst of their work"
		f.Message = fmt.Sprintf("docker stop sends SIG%s, on which %s ends its jobs at once", signal, k.kind().Name)
	}
	if said.Implied {
		f.Message += fmt.Sprintf(" (STOPSIGNAL of %s)", k.Image.Base)
	}
	f.Edits = k.setSignal(&f, want)
	if fix := k.deafened(); fix != "" {
		f.Fix, f.Paste, f.Edits = fix, nil, nil
	}
	return f, f.Pos.Known()
}

// containers are the platforms that stop what an image says how to stop.
var containers = []deploy.Platform{deploy.Kubernetes, deploy.ECS, deploy.Compose, deploy.Quadlet, deploy.Kamal, deploy.Ran}

// unsaid is a worker that SIGTERM cuts off, in an image that no file here makes: SIGTERM is what it
// gets, unless that image has a STOPSIGNAL.
func (k *work) unsaid() (Finding, bool) {
	if !k.worker() || k.Image != nil || k.StopSignal.Given() || !slices.Contains(containers, k.Platform) || k.endsOn("TERM") || k.rewrites() {
		return Finding{}, false
	}
	fix := "STOPSIGNAL " + k.stopSignalName() + " in its image"
	if r, ok := k.Detail.(*ranContainer); ok && !r.stopped {
		fix += ", and ExecStop= with " + r.by + " stop, which sends that"
	}
	if k.kind().Graceful != "" {
		fix = k.kind().Graceful + "; or " + fix
	}
	return Finding{Severity: Warning, Pos: k.at(Figure{Pos: k.chain.Program[0].Pos}), Workload: k.Name,
		Message: fmt.Sprintf("SIGTERM stops it unless its image says otherwise, and on that %s ends its jobs at once", k.kind().Name),
		Outcome: "all jobs end at once, in the midst of their work", Fix: cmp.Or(k.deafened(), fix)}, true
}

// setSignal writes the line: in place of the one that is there, or in front of the command.
func (k *work) setSignal(f *Finding, want string) []Edit {
	line := []string{"STOPSIGNAL " + want}
	if f.Pos.Known() {
		return []Edit{{File: f.Pos.File, First: f.Pos.Line, Last: f.Pos.Line, Lines: line}}
	}
	for _, c := range []*deploy.Command{k.Image.Command, k.Image.Entry} {
		if c != nil {
			f.Pos = Pos{File: c.Pos.File, Line: c.Pos.Line}
			return []Edit{{File: c.Pos.File, First: c.Pos.Line, Last: c.Pos.Line - 1, Lines: line}}
		}
	}
	f.Pos = k.Image.Pos
	return nil
}
