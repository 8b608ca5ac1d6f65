package supervise_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// daemonsPatience is how long Delayed Job's daemon gives a busy worker. Its own 20 s are
// waited for in the soaks.
func daemonsPatience() (flags []string, each time.Duration) {
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		return nil, 20 * time.Second
	}
	return []string{"--", "-w", "1"}, time.Second
}

// TestSoakTheDaemonKillsBusyWorkersAndTheirJobsStayLocked is what our supervisor is there
// to do better: known to be wrong, and how.
func TestSoakTheDaemonKillsBusyWorkersAndTheirJobsStayLocked(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	s.ruby("bin/delayed_job", "-n3", "start")
	old := s.begun("a", "b", "c")
	flags, each := daemonsPatience()
	began := time.Now()
	said := s.ruby("bin/delayed_job", append([]string{"-n3", "restart"}, flags...)...) // and exit code 0
	took := time.Since(began)
	t.Logf("the restart of 3 busy workers took %v, %v of patience with each", took.Round(10*time.Millisecond), each)
	if n := strings.Count(said, "sending KILL"); n != 3 || took < 3*each {
		t.Errorf("%d workers were killed in %v, want 3, one after the other:\n%s", n, took, said)
	}
	s.letGo("a", "b", "c") // nobody is there to end them
	s.letGo("d", "e", "f")
	s.ruby("bin/enqueue", "d", "e", "f")
	s.until("the new workers run what is new", func() bool { return len(s.noted("end", "d", "e", "f")) == 3 })
	s.until("only what was locked is left", func() bool { return len(s.rows()) == 3 })
	for _, r := range s.rows() {
		if !slices.Contains(pids(old), r.pid()) || runs(r.pid()) || r.FailedAt != nil || r.LastError != nil || r.Attempts != 0 {
			t.Errorf("%+v, want it locked by a dead one of %v, and no word of it", r, pids(old))
		}
	}
	if ended := s.noted("end", "a", "b", "c"); len(ended) > 0 {
		t.Errorf("%v ended", ended)
	}
}

// TestMovingFromTheDaemonLetsItsJobsEnd in the order that the docs name: workers under
// supervise beside it, then its stop with a long patience.
func TestMovingFromTheDaemonLetsItsJobsEnd(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	s.ruby("bin/delayed_job", "-n3", "start")
	old := s.begun("a", "b", "c")
	w := s.supervise(nil)
	s.begun("d", "e", "f") // ours run beside the daemon's
	stop := s.home.Command(t.Context(), "bin/delayed_job", "-n3", "stop", "--", "-w", "86400")
	said, err := os.Create(s.home.Path("stop"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	stop.Stdout = said
	if err := stop.Start(); err != nil {
		t.Fatal(err)
	}
	s.until("the first is told to stop", func() bool {
		log, _ := os.ReadFile(s.home.Path("stop"))
		return strings.Contains(string(log), "sending TERM and waiting 86400s")
	})
	s.letGo("a", "b", "c", "d", "e", "f")
	if err := stop.Wait(); err != nil {
		t.Error(err)
	}
	if slices.ContainsFunc(pids(old), runs) {
		t.Errorf("one of %v still runs", old)
	}
	s.until("no row is left", func() bool { return len(s.rows()) == 0 })
	s.oneEach("a", "b", "c", "d", "e", "f")
	w.stop()
	s.nobodyLives()
}
