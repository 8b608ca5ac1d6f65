package redis

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestIDsAreForgottenThoughTheFirstOfASpanWasKnown.
func TestIDsAreForgottenThoughTheFirstOfASpanWasKnown(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	s.ahead.Add(idSpan.Microseconds())
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	enqueue(t, s, store.Job{ID: "b", Kind: "GoJob"})
	sets := redistest.Ask[[]string](t, db, "KEYS", "tasuki:ids:*")
	for _, key := range sets {
		if n := redistest.Ask[int64](t, db, "TTL", key); n < 0 {
			t.Errorf("%s is kept for ever", key)
		}
	}
	if len(sets) != 2 {
		t.Errorf("%d sets, want 2", len(sets))
	}
}
