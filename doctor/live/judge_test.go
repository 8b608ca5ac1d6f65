package live

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
	"github.com/tasuki-jobs/tasuki/internal/host"
)

func running(kind *worker.Kind, words ...string) *program {
	found := &worker.Found{Kind: kind}
	for _, w := range words {
		found.Words = append(found.Words, deploy.Text{Value: w})
	}
	return &program{found: found, pid: 1}
}

func noVariable(string) string { return "" }

// Sidekiq's own unit has Type=notify, as ours have; it says that it is ready, and never asks for
// more time.
func TestOnlyProgramsOfOursGetMoreTimeFromSystemd(t *testing.T) {
	stop := host.Stop{Grace: host.Grace{Time: 10 * time.Second, Source: "TimeoutStopSec of w.service", Sure: true, Extends: true, Setting: "TimeoutStopSec"}}
	for kind, want := range map[*worker.Kind]string{worker.Sidekiq: "error grace", worker.Tasuki: ""} {
		r := &Report{}
		r.weigh(running(kind, "w", "-t", "300"), stop, noVariable)
		if got := traps(r); got != want {
			t.Errorf("%s: %q, %s", kind.Name, got, r.Sum)
		}
	}
}

func TestTheSignalOfAUnitIsJudgedByTheWorker(t *testing.T) {
	for _, c := range []struct {
		kind   *worker.Kind
		signal int
		want   string
	}{
		{worker.Resque, 3, ""}, {worker.Resque, 15, "error kill-signal"}, {worker.Sidekiq, 15, ""}, {worker.Sidekiq, 3, "error kill-signal"}, {worker.Sidekiq, 0, ""},
	} {
		r := &Report{Unit: &Unit{KillSignal: c.signal}}
		r.signalled(running(c.kind, "w"), noVariable)
		if got := traps(r); got != c.want {
			t.Errorf("%s by %d: %q", c.kind.Name, c.signal, got)
		}
	}
}

func TestWhatSystemdIsToldConcernsOursAlone(t *testing.T) {
	for _, name := range []string{"notify", "kill-signal"} {
		if running(worker.RQ, "rq", "worker").heeds(host.Trap{Name: name}) {
			t.Errorf("RQ heeds %s", name)
		}
	}
	if !running(worker.Tasuki, "w").heeds(host.Trap{Name: "notify"}) || !running(worker.RQ, "rq").heeds(host.Trap{Name: "shell"}) {
		t.Error("too much is left out")
	}
}

func traps(r *Report) string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Severity+" "+f.Trap)
	}
	return strings.Join(all, ", ")
}
