package tasuki_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// marches makes resumable jobs whose records stay readable.
func marches(n int, m march) []store.Job {
	return jobsOf(n, func() store.Job { return marchKind.Job(m, tasuki.Keep(time.Hour)) })
}

func TestProcessOnRedisStoppedFor8sLosesNothingAndNothingHappens(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{})
	jobs := marches(3, march{1200, 10})
	ids := y.add(jobs...)
	a := y.worker(nil)
	a.await("item", 10)
	b := y.worker(nil)
	b.awaitBeats(2)
	a.signal(syscall.SIGSTOP)
	<-time.After(8 * time.Second)
	a.signal(syscall.SIGCONT)
	wantCosts(t, ended(t, y.yard, jobs), 0)
	y.wantMarches(ids, 1200, 0)
	if n := len(b.all("item")); n != 0 {
		t.Errorf("the other worker did %d items", n)
	}
}

func TestProcessOnRedisStoppedFor30sIsReleasedOnceAndItsWritesChangeNothing(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{})
	// All run elsewhere still when the sleeper wakes: a worker each, as they are suspects.
	jobs := marches(2, march{500, 50})
	ids := y.add(jobs...)
	long := longKind.Job(nap{90_000}, tasuki.Queue(goQueue))
	y.add(long)
	// These end while it sleeps: it says so when it wakes.
	late := jobsOf(8, func() store.Job { return deafKind.Job(nap{20_000}, tasuki.Queue(goQueue), tasuki.Keep(time.Hour)) })
	y.add(late...)
	m := y.db.Server.Monitor(t)
	a := y.worker(nil, "-c", "20")
	a.await("begin", 11)
	a.await("item", 10)
	var others []*process
	for range 3 {
		p := y.worker(nil)
		p.awaitBeats(2)
		others = append(others, p)
	}
	began := a.signal(syscall.SIGSTOP)
	var took time.Duration
	for _, p := range others {
		took = max(took, p.await("begin", 1).at.Sub(began))
	}
	<-time.After(30*time.Second - time.Since(began))
	a.signal(syscall.SIGCONT)
	if took > 16*time.Second {
		t.Errorf("running elsewhere after %v, want 16s at most", took)
	}
	y.book.await(t, 1, func(e *entry) bool { return e.who == a.name && e.what == "lost" && e.job == long.ID })
	y.book.await(t, len(late), func(e *entry) bool { return e.who == a.name && e.what == "done" })
	for i := range late {
		// They wait, or one runs: a worker runs one suspect at a time.
		page, err := y.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{late[i].ID}}})
		if err != nil || len(page.Jobs) != 1 || page.Jobs[0].State.Ended() || page.Jobs[0].Releases != 1 {
			t.Errorf("the sleeper's end of job %s counted, or its release did not: %+v, %v", late[i].ID, page.Jobs, err)
		}
	}
	wantCosts(t, ended(t, y.yard, jobs), 2)
	if r := wantState(t, y, long.ID, store.Running); r.Releases != 1 || r.Worker == a.name {
		t.Errorf("%s runs job %s after %d releases", r.Worker, r.ID, r.Releases)
	}
	// The item that the sleeper had in hand it does when it wakes, and what it did in the
	// last 50 ms is done again.
	y.wantMarches(ids, 500, 2)
	wantOneWay(t, m, ids)
	t.Logf("running elsewhere %v after the SIGSTOP", took)
}

func TestProcessOnRedisKilledIsNoticedByAWitnessOnTheSameMachine(t *testing.T) {
	y := redisAt(t, redistest.Options{})
	jobs := marches(3, march{60, 20})
	ids := y.add(jobs...)
	a := y.worker(nil)
	a.await("item", 10)
	b := y.worker(nil)
	began := a.signal(syscall.SIGKILL)
	took := b.await("item", 1).at.Sub(began)
	t.Logf("running elsewhere %v after kill -9", took)
	if took > 3*time.Second {
		t.Errorf("running elsewhere after %v, want a second or two", took)
	}
	wantCosts(t, ended(t, y.yard, jobs), 3)
	y.wantMarches(ids, 60, 4) // those of 50 ms, and the one in hand
}

func TestProcessOnRedisKilledWithoutAWitnessIsReleasedWithin16s(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{})
	jobs := marches(3, march{400, 10})
	ids := y.add(jobs...)
	a := y.worker(unshared(t))
	a.await("item", 10)
	b := y.worker(nil)
	b.awaitBeats(2)
	began := a.signal(syscall.SIGKILL)
	took := b.await("item", 3).at.Sub(began)
	t.Logf("running elsewhere %v after kill -9", took)
	if took > 16*time.Second || took < 9*time.Second {
		t.Errorf("running elsewhere after %v, want 9 to 16 s", took)
	}
	wantCosts(t, ended(t, y.yard, jobs), 3)
	y.wantMarches(ids, 400, 8)
}

func TestProcessesWhoseRedisIsAwayReleaseNobodyAndDoNothingTwice(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{AOF: "everysec"})
	jobs := marches(6, march{300, 20})
	ids := y.add(jobs...)
	a := y.worker(nil, "-c", "3")
	b := y.worker(nil, "-c", "3")
	a.await("item", 10)
	b.await("item", 10)
	// First it answers nobody, for longer than a standstill, then it is not there.
	if err := y.db.Server.Freeze(); err != nil {
		t.Fatal(err)
	}
	<-time.After(20 * time.Second)
	if err := y.db.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCosts(t, ended(t, y.yard, jobs), 0)
	y.wantMarches(ids, 300, 0)
}

func TestProcessesOnRedisFrozenTogetherReleaseNobodyWhenTheyWake(t *testing.T) {
	t.Parallel()
	y := redisAt(t, redistest.Options{})
	jobs := marches(4, march{300, 20})
	ids := y.add(jobs...)
	var all []*process
	for range 3 {
		p := y.worker(unshared(t), "-c", "2")
		p.awaitBeats(2)
		all = append(all, p)
	}
	all[0].await("item", 10)
	for _, p := range all {
		p.signal(syscall.SIGSTOP)
	}
	<-time.After(25 * time.Second)
	for _, p := range all {
		p.signal(syscall.SIGCONT)
	}
	wantCosts(t, ended(t, y.yard, jobs), 0)
	y.wantMarches(ids, 300, 0)
}

// wantOneWay fails if a job's cursor was ever set back, by what the server was told.
func wantOneWay(t *testing.T, m *redistest.Monitor, ids []string) {
	t.Helper()
	all, err := m.Commands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last, writes := map[string]int{}, 0
	for _, c := range all {
		if len(c.Args) < 4 || !strings.EqualFold(c.Args[0], "HSET") || c.Args[2] != "c" || !slices.Contains(ids, strings.TrimPrefix(c.Args[1], "it-")) {
			continue
		}
		item, err := strconv.Atoi(lastNumber.FindString(c.Args[3]))
		if err != nil {
			t.Fatalf("cursor %s: %v", c.Args[3], err)
		}
		if writes++; item < last[c.Args[1]] {
			t.Errorf("the cursor of %s was set back from %d to %d", c.Args[1], last[c.Args[1]], item)
		}
		last[c.Args[1]] = item
	}
	if writes < 100 {
		t.Errorf("%d cursors were written, want many", writes)
	}
	t.Logf("%d cursors written: %v", writes, all[len(all)/2])
}

var lastNumber = regexp.MustCompile(`\d+`)
