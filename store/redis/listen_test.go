package redis

import (
	"context"
	"fmt"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestWhatIsDueLaterThanOthersWakesNobody.
func TestWhatIsDueLaterThanOthersWakesNobody(t *testing.T) {
	db := redistest.Own(t, redistest.Options{}).DB(t)
	s := open(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var wakes atomic.Int64
	go func() { ended <- s.Listen(ctx, []string{"default"}, func() { wakes.Add(1) }) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	looks := func() (calls string) {
		if found := regexp.MustCompile(`cmdstat_zrange:calls=(\d+)`).FindStringSubmatch(redistest.Ask[string](t, db, "INFO", "commandstats")); found != nil {
			calls = found[1]
		}
		return calls
	}
	until(t, "listens", func() bool { return wakes.Load() == 1 })
	later := func(n int, delay time.Duration) {
		before := looks()
		enqueue(t, s, store.Job{ID: fmt.Sprint("j", n), Kind: "GoJob", Delay: delay})
		until(t, "looked", func() bool { return looks() != before })
	}
	later(0, time.Hour)
	until(t, "woken by the first", func() bool { return wakes.Load() == 2 })
	for n := range 5 {
		later(n+1, 2*time.Hour)
	}
	later(9, time.Minute)
	until(t, "woken by one that is due sooner", func() bool { return wakes.Load() >= 3 })
	enqueue(t, s, store.Job{ID: "now", Kind: "GoJob"})
	until(t, "woken by one that is due", func() bool { return wakes.Load() >= 4 })
	if n := wakes.Load(); n > 5 { // behind a look that finds jobs comes a second wake
		t.Errorf("woken %d times", n)
	}
}
