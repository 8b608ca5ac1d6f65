package supervise_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// A checker looks at a supervisor's workers all the time.
type checker struct {
	t     *testing.T
	dir   string
	most  int
	seen  int // looks
	peak  int
	quit  chan struct{}
	ended sync.WaitGroup
}

// checked starts a checker.
func checked(t *testing.T, dir string, most int) *checker {
	c := &checker{t: t, dir: dir, most: most, quit: make(chan struct{})}
	c.ended.Go(c.run)
	return c
}

func (c *checker) run() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-tick.C:
			c.look()
		}
	}
}

func (c *checker) stop() {
	close(c.quit)
	c.ended.Wait()
}

// look wants one process per identity and no more than may be. What ended while it looked
// is left out.
func (c *checker) look() {
	all := lives(c.t, c.dir)
	all = slices.DeleteFunc(all, func(p live) bool { return !c.still(p) })
	c.seen++
	c.peak = max(c.peak, len(all))
	if len(all) > c.most {
		c.t.Errorf("%d workers live, %d may: %v", len(all), c.most, slots(all))
	}
	names := slots(all)
	if once := slices.Compact(slices.Clone(names)); len(once) != len(names) {
		c.t.Errorf("two workers have one identity: %v", names)
	}
}

func (c *checker) still(p live) bool {
	return syscall.Kill(p.PID, 0) == nil && environOf(p.PID)["TASUKI_SLOT"] == p.slot
}

// TestSoak… restarts three workers of ours again and again, kills workers and the
// supervisor meanwhile, at random, and then counts. It takes 50 restarts, or 1,000 with
// TASUKI_TEST_SOAK (./test --soak).
func TestSoakOfRestartsAndKillsOfWorkersAndSupervisorLosesAndDoublesNothing(t *testing.T) {
	restarts := 50
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		restarts = 1000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &soak{chance: rand.New(rand.NewPCG(seed, 0)), counts: map[string]int{}}
	s.plant = newPlant(t, filepath.Join(t.TempDir(), "jobs.db"), func(set *setup) {
		set.Restart = supervise.Restart{Surge: 2}
	})
	c := checked(t, s.set.Dir, s.set.Workers+s.set.Restart.Surge)
	began := time.Now()
	for s.counts["restarts"] < restarts && !t.Failed() {
		s.step()
	}
	s.until("all jobs are done", func() bool { return s.open() == 0 })
	s.until("three workers live", func() bool { return len(lives(t, s.set.Dir)) == 3 })
	c.stop()
	s.boss.stop()
	s.judge()
	t.Logf("%d restarts in %v: %v; %d jobs, %d runs; at most %d workers at once in %d looks", s.counts["restarts"], time.Since(began).Round(time.Second), s.counts, len(s.ids), s.runs, c.peak, c.seen)
}

// A soak is what a bad week does to a plant.
type soak struct {
	*plant
	chance *rand.Rand
	counts map[string]int
	ids    []string
	runs   int
}

func (s *soak) until(what string, holds func() bool) {
	s.t.Helper()
	within(s.t, 3*time.Minute, what, holds)
}

// step restarts, and has something happen meanwhile most of the times.
func (s *soak) step() {
	s.feed()
	s.counts["restarts"]++
	asked := s.answers()
	if err := s.boss.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		s.t.Fatal(err)
	}
	killed := false
	for range s.chance.IntN(3) {
		<-time.After(time.Duration(s.chance.IntN(300)) * time.Millisecond)
		if s.chance.IntN(3) == 0 {
			s.killSupervisor()
			killed = true
			break
		}
		s.killWorker()
	}
	if !killed { // one that was killed answers nothing
		s.until("the restart ends", func() bool { return s.answers() > asked })
		s.counts[s.lastAnswer()]++
	}
}

// feed keeps some jobs waiting.
func (s *soak) feed() {
	if s.open() > 12 {
		return
	}
	var jobs []store.Job
	for range 8 {
		jobs = append(jobs, taskKind.Job(task{Steps: 1 + s.chance.IntN(60), Each: 10 * time.Millisecond}))
	}
	s.ids = append(s.ids, s.enqueue(jobs...)...)
}

// open is how many jobs are not done.
func (s *soak) open() (n int) {
	stats, err := s.st.Stats(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, q := range stats.Queues {
		for state, count := range q.Counts {
			if state != store.Done && state != store.Dead {
				n += count
			}
		}
	}
	return n
}

func (s *soak) answered() []string {
	text, _ := os.ReadFile(s.boss.said)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func (s *soak) answers() int {
	text, _ := os.ReadFile(s.boss.said)
	return strings.Count(string(text), "\n")
}

func (s *soak) lastAnswer() string {
	last := s.answered()[s.answers()-1]
	if strings.HasPrefix(last, "restart failed:") {
		return "restarts that failed since a worker was killed"
	}
	return "restarts that ended well"
}

// killWorker kills one at random.
func (s *soak) killWorker() {
	all := lives(s.t, s.set.Dir)
	if len(all) == 0 {
		return
	}
	p := all[s.chance.IntN(len(all))]
	syscall.Kill(p.PID, syscall.SIGKILL)
	s.counts["killed workers"]++
}

// killSupervisor kills it, and at times a worker before the next one is there.
func (s *soak) killSupervisor() {
	s.boss.kill()
	s.counts["killed supervisors"]++
	if s.chance.IntN(2) == 0 {
		s.killWorker()
	}
	s.boss = hire(s.t, s.set)
}

// judge wants each job done, and none run by two processes at once.
func (s *soak) judge() {
	ends := map[string]int{}
	for _, r := range readBook(s.book) {
		switch r.what {
		case "begin":
			s.runs++
		case "double":
			s.t.Errorf("job %s was run by two processes at once", r.id)
		case "end":
			ends[r.id]++
		}
	}
	for _, id := range s.ids {
		page, err := s.st.List(s.t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
		if err != nil {
			s.t.Fatal(err)
		}
		dead := len(page.Jobs) == 1 && page.Jobs[0].State == store.Dead
		if dead && page.Jobs[0].Deaths == 3 { // three workers of it were killed: it counts as what kills them
			s.counts["jobs that were killed three times"]++
			continue
		}
		if dead {
			s.t.Errorf("job %s is dead: %s", id, page.Jobs[0].Why)
		}
		if ends[id] == 0 {
			s.t.Errorf("job %s never ended", id)
		}
	}
}
