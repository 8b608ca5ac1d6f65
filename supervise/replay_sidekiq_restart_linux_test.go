package supervise_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

func TestARestartUnderSuperviseLetsSidekiqsJobsEndWhateverItsTimeout(t *testing.T) {
	t.Parallel()
	for _, timeout := range []string{"1", "50"} {
		t.Run("-t "+timeout, func(t *testing.T) {
			t.Parallel()
			s := newSidekiqShop(t, timeout)
			w := s.supervise(nil)
			s.restartWithBusyWorkers(w)
		})
	}
}

// TestSidekiqStartedByAProgramOfOnesOwnIsReadyByItsTitle, since only the command sidekiq
// sends READY=1.
func TestSidekiqStartedByAProgramOfOnesOwnIsReadyByItsTitle(t *testing.T) {
	t.Parallel()
	s := newSidekiqShop(t, "1")
	w := s.supervise(func(c *supervise.Config) {
		c.Worker.Command, c.Worker.Kind = []string{s.home.Path("bin", "own_sidekiq")}, supervise.Sidekiq
	})
	s.restartWithBusyWorkers(w)
}

// restartWithBusyWorkers restarts three busy workers and checks that each job runs once.
func (s *sidekiqShop) restartWithBusyWorkers(w *watched) {
	s.t.Helper()
	old := s.begun("a", "b", "c")
	restarted := s.restart(w)
	fresh := s.begun("d", "e", "f") // which wait too: all six run at the same time
	s.oneIdentityEach(slices.Concat(old, fresh))
	for _, n := range old {
		s.until("its title shows that it takes no more jobs", func() bool { return strings.Contains(title(n.PID), "[1 of 1 busy] stopping") })
	}
	if told := w.said.lines("signal=terminated"); len(told) > 0 {
		s.t.Errorf("told to stop while they have jobs: %v", told)
	}
	s.letGo("a", "b", "c")
	released := time.Now()
	s.until("the old ones end", func() bool { return !slices.ContainsFunc(pids(old), runs) })
	s.t.Logf("3 new workers were ready after %v; the old ones were gone %v after their jobs", restarted.Round(10*time.Millisecond), time.Since(released).Round(10*time.Millisecond))
	s.letGo("d", "e", "f")
	s.until("the new ones have ended theirs", func() bool { return len(s.noted("end", "d", "e", "f")) == 3 })
	if slices.ContainsFunc(pids(fresh), func(pid int) bool { return !runs(pid) }) || len(s.queued()) > 0 {
		s.t.Errorf("%v of the new ones do not run, or %q waits", pids(fresh), s.queued())
	}
	s.oneEach("a", "b", "c", "d", "e", "f")
	w.stop()
	s.nobodyLives()
}

// title is what a process calls itself.
func title(pid int) string {
	words, _ := proc.Command(pid)
	return strings.Join(words, " ")
}
