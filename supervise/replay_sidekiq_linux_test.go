package supervise_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/railstest"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

// A sidekiqShop has Sidekiq, one job at a time in each of its processes.
type sidekiqShop struct {
	*shop
	db *redistest.DB
}

// newSidekiqShop gives a stopping Sidekiq so many seconds for its jobs.
func newSidekiqShop(t *testing.T, timeout string) *sidekiqShop {
	t.Helper()
	db := redistest.Shared(t).DB(t)
	home := railstest.Open(t, os.DirFS("testdata/replay"), "REDIS_URL="+db.URL())
	return &sidekiqShop{db: db, shop: &shop{t: t, home: home, enqueue: "bin/push",
		worker: []string{"sidekiq", "-r", "./wait_job.rb", "-c", "1", "-t", timeout}}}
}

// sidekiq starts a process of Sidekiq that nobody supervises, and answers what waits for
// its end.
func (s *sidekiqShop) sidekiq() (wait func() error) {
	s.t.Helper()
	log, err := os.Create(s.home.Path("log", "sidekiq.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	cmd := s.home.Command(s.t.Context(), s.worker[0], s.worker[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd.Wait
}

func (s *sidekiqShop) says(text string) {
	s.t.Helper()
	s.until("Sidekiq says "+text, func() bool {
		log, _ := os.ReadFile(s.home.Path("log", "sidekiq.log"))
		return strings.Contains(string(log), text)
	})
}

// queued are the jobs that wait.
func (s *sidekiqShop) queued() []string {
	return redistest.Ask[[]string](s.t, s.db, "LRANGE", "queue:default", 0, -1)
}

// TestAPlainStopOfSidekiqPushesBackAJobThatIsLongerThanItsTimeout, which begins again from
// its start: what a restart under supervise is there to spare.
func TestAPlainStopOfSidekiqPushesBackAJobThatIsLongerThanItsTimeout(t *testing.T) {
	t.Parallel()
	s := newSidekiqShop(t, "1")
	wait := s.sidekiq()
	first := s.begun("a")[0]
	syscall.Kill(first.PID, syscall.SIGTERM)
	wait()
	if q := s.queued(); len(q) != 1 || len(s.noted("end", "a")) > 0 {
		t.Errorf("%q waits, want the job that was running: %v", q, s.notes())
	}
	s.letGo("a")
	s.sidekiq()
	s.until("it ends", func() bool { return len(s.noted("end", "a")) > 0 })
	if began := s.noted("begin", "a"); len(began) != 2 {
		t.Errorf("it began %v, want twice", began)
	}
}

func TestAPlainStopOfSidekiqWaitsForAJobThatIsShorterThanItsTimeout(t *testing.T) {
	t.Parallel()
	s := newSidekiqShop(t, "50")
	wait := s.sidekiq()
	first := s.begun("a")[0]
	syscall.Kill(first.PID, syscall.SIGTERM)
	s.says("Pausing to allow workers to finish")
	s.letGo("a")
	if err := wait(); err != nil {
		t.Error(err)
	}
	s.oneEach("a")
}
