package redis

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// payload is a job of so many MiB.
func payload(id string, mib int) string {
	return `{"retry":true,"queue":"default","class":"GoJob","args":["` + strings.Repeat("x", mib<<20) + `"],"jid":"` + id + `"}`
}

// TestBigJobsOfADeadWorkerAreTakenBackFewAtATime: the server does nothing else meanwhile.
func TestBigJobsOfADeadWorkerAreTakenBackFewAtATime(t *testing.T) {
	const n = 9
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	for i := range n {
		redistest.Ask[int64](t, db, "LPUSH", "queue:default", payload(fmt.Sprint("j", i), 8))
		w.claim("GoJob")
	}
	calls := 0
	for left := n; left > 0; calls++ {
		r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone"})
		if err != nil || !r.Released || r.Left >= left {
			t.Fatalf("%d are left of %d, %v", r.Left, left, err)
		}
		left = r.Left
	}
	if waiting := redistest.Ask[int64](t, db, "LLEN", "queue:default"); waiting != n || calls < 2 {
		t.Errorf("after %d calls %d of %d wait", calls, waiting, n)
	}
}

func TestBigJobsThatBecomeDueAtOnceAreBroughtFewAtATime(t *testing.T) {
	const n = 25
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	for i := range n {
		redistest.Ask[int64](t, db, "ZADD", "schedule", "1", payload(fmt.Sprint("j", i), 1))
	}
	w := worker(t, s)
	c := claiming{store: s, req: &store.ClaimRequest{Worker: w.name}, token: store.NewToken()}
	if seen, err := c.look(t.Context()); err != nil || len(seen.due) == 0 || len(seen.due) == n {
		t.Errorf("%d were brought at once, %v", len(seen.due), err)
	}
	w.from(1, store.QueueWant{Name: "default"})
	if waiting := redistest.Ask[int64](t, db, "LLEN", "queue:default"); waiting != n-1 {
		t.Errorf("%d wait, want %d", waiting, n-1)
	}
}

func TestBigJobsAreMovedByOneCallThoughNotByOneWrite(t *testing.T) {
	const n = 5
	db := redistest.Own(t, redistest.Options{}).DB(t)
	s := open(t, db)
	for i := range n {
		redistest.Ask[int64](t, db, "ZADD", "dead", i, payload(fmt.Sprint("j", i), 8))
	}
	moved, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{States: []store.State{store.Dead}}, To: store.Ready})
	if err != nil || moved != n {
		t.Errorf("moved %d, %v", moved, err)
	}
	writes := 0
	for _, found := range regexp.MustCompile(`cmdstat_eval(?:sha)?:calls=(\d+)`).FindAllStringSubmatch(redistest.Ask[string](t, db, "INFO", "commandstats"), -1) {
		calls, _ := strconv.Atoi(found[1])
		writes += calls
	}
	if writes < 3 {
		t.Errorf("%d scripts moved %d jobs of 8 MiB", writes, n)
	}
}
