package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// superviseVariable makes a process of this test binary the supervisor of the application
// in the folder that it names.
const superviseVariable = "SUPERVISE_TEST_REPLAY"

func init() {
	if folder := os.Getenv(superviseVariable); folder != "" {
		os.Exit(superviseIn(folder))
	}
}

func superviseIn(folder string) int {
	s, err := supervise.New(supervise.Config{
		Workers: 3, Dir: folder + "/supervise",
		Worker: supervise.Worker{Command: delayedJob, Dir: folder},
	})
	if err == nil {
		err = s.Run(context.Background())
	}
	if errors.Is(err, supervise.ErrRunning) {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestDelayedJobsWorkersAreTakenOverFromAKilledSupervisor although they close, at their
// start, the descriptor that holds their lock.
func TestDelayedJobsWorkersAreTakenOverFromAKilledSupervisor(t *testing.T) {
	t.Parallel()
	s := newDJShop(t)
	first := s.home.Command(context.Background(), os.Args[0])
	first.Env = append(first.Env, superviseVariable+"="+s.home.Path())
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	old := s.begun("a", "b", "c")
	first.Process.Kill()
	first.Wait()
	w := s.supervise(nil)
	s.until("three are taken over", func() bool { return len(w.said.lines("worker taken over")) == 3 })
	if started := w.said.lines("worker started"); len(started) > 0 {
		t.Errorf("started beside them: %v", started)
	}
	syscall.Kill(old[0].PID, syscall.SIGTERM) // one ends after its job, and is replaced
	s.letGo("a")
	s.until("it ends", func() bool { return !runs(old[0].PID) })
	if n := s.begun("d")[0]; slices.Contains(pids(old), n.PID) {
		t.Errorf("%v ran beside %v", n, old)
	}
	s.letGo("b", "c", "d")
	s.until("no row is left", func() bool { return len(s.rows()) == 0 })
	s.oneEach("a", "b", "c", "d")
	w.stop()
	s.nobodyLives()
}
