package supervise_test

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

func TestARestartUnderSuperviseLetsDelayedJobsEndWhileTheNewWorkersRun(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	s.restartWithBusyWorkers(s.supervise(nil))
}

// TestDelayedJobThatSaysThatItIsReadyIsNotWaitedFor is the same with the plugin that the
// docs have: no time has to stand for being ready.
func TestDelayedJobThatSaysThatItIsReadyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	w := s.supervise(func(c *supervise.Config) {
		c.Worker.Env = append(c.Worker.Env, "REPLAY_READY=1")
		c.Worker.Ready = supervise.Ready{Notify: true}
	})
	s.restartWithBusyWorkers(w)
}

// restartWithBusyWorkers restarts three busy workers and checks that nobody waits, dies or
// stays locked for it.
func (s *djShop) restartWithBusyWorkers(w *watched) {
	s.t.Helper()
	old := s.begun("a", "b", "c")
	s.until("all three count as ready", func() bool { return len(w.said.lines("worker is ready")) == 3 })
	restarted := s.restart(w)
	fresh := s.begun("d", "e", "f") // which wait too: all six run at the same time
	s.oneIdentityEach(slices.Concat(old, fresh))
	s.letGo("a", "b", "c")
	released := time.Now()
	s.until("the old workers end", func() bool { return !slices.ContainsFunc(pids(old), runs) })
	s.t.Logf("3 new workers were ready after %v; the old ones were gone %v after their jobs", restarted.Round(10*time.Millisecond), time.Since(released).Round(10*time.Millisecond))
	for _, r := range s.rows() {
		if !slices.Contains(pids(fresh), r.pid()) || !runs(r.pid()) {
			s.t.Errorf("%+v is locked by nobody that lives", r)
		}
	}
	s.letGo("d", "e", "f")
	s.until("no row is left", func() bool { return len(s.rows()) == 0 })
	s.oneEach("a", "b", "c", "d", "e", "f")
	w.stop()
	if killed := w.said.lines("killed"); len(killed) > 0 {
		s.t.Errorf("killed: %v", killed)
	}
	s.nobodyLives()
}

// oneIdentityEach checks that workers that live at the same time have each their own.
func (s *shop) oneIdentityEach(at []note) {
	s.t.Helper()
	seen := map[string]bool{}
	for _, n := range at {
		if seen[n.Identity] || !runs(n.PID) {
			s.t.Errorf("worker %d of job %s: identity %s twice, or it does not run", n.PID, n.Name, n.Identity)
		}
		seen[n.Identity] = true
	}
}

// TestAKilledWorkerIsReplacedAndItsDelayedJobStaysLocked: the row is Ruby's to release, and
// Delayed Job looks at it again after four hours, unless somebody releases it as the docs
// say.
func TestAKilledWorkerIsReplacedAndItsDelayedJobStaysLocked(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	w := s.supervise(nil)
	victim := s.begun("a")[0]
	if err := syscall.Kill(victim.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	fresh := s.begun("b", "c", "d") // at the same time, so there are three workers
	if slices.Contains(pids(fresh), victim.PID) {
		t.Errorf("%v ran after its death", victim)
	}
	s.letGo("a", "b", "c", "d")
	s.until("only what was locked is left", func() bool { return len(s.rows()) == 1 })
	r := s.rows()[0]
	if r.Name != "a" || r.pid() != victim.PID || r.FailedAt != nil || r.LastError != nil || r.Attempts != 0 {
		t.Fatalf("%+v, want a, locked by the dead %d, and no word of it", r, victim.PID)
	}
	release, err := os.ReadFile(s.home.Path("release.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), strings.ReplaceAll(string(release), "delayed_job.slot0 host:app1 pid:20542", *r.LockedBy)); err != nil {
		t.Fatal(err)
	}
	s.until("it runs again", func() bool { return len(s.rows()) == 0 && len(s.noted("begin", "a")) == 2 })
	w.stop()
	if len(w.said.lines("killed by signal 9")) != 1 {
		t.Errorf("the log names no killed worker:\n%s", w.said)
	}
}
