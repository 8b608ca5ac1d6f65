package redis

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestJobsOfALongQueueAreMovedWithoutASearchThroughAllOfIt: the server does nothing else
// meanwhile.
func TestJobsOfALongQueueAreMovedWithoutASearchThroughAllOfIt(t *testing.T) {
	db := redistest.Own(t, redistest.Options{}).DB(t)
	s := open(t, db)
	const n = 50_000
	jobs := make([]store.Job, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: fmt.Sprintf("%032d", i), Kind: "GoJob"}
	}
	enqueue(t, s, jobs...)
	moved, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{Queues: []string{"default"}}, To: store.Deleted})
	if err != nil || moved != n {
		t.Errorf("moved %d, %v", moved, err)
	}
	found := regexp.MustCompile(`cmdstat_lpos:.*usec_per_call=([0-9.]+)`).FindStringSubmatch(redistest.Ask[string](t, db, "INFO", "commandstats"))
	if found == nil {
		t.Fatal("nothing was looked for")
	}
	if us, err := strconv.ParseFloat(found[1], 64); err != nil || us > 200 {
		t.Errorf("each was looked for %v µs, %v", us, err)
	}
}
