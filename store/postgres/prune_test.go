package postgres

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestIDsAreForgottenThoughTheClockWasOnceAhead: what left while it was a year ahead
// keeps nothing behind it from being forgotten in time, and is remembered as if it had
// left now.
func TestIDsAreForgottenThoughTheClockWasOnceAhead(t *testing.T) {
	s, g := openTemp(t, Options{})
	const year = "31536000000000"
	g.exec(t, `INSERT INTO tasuki.gone (at, ids) SELECT tasuki.now() + `+year+`, ARRAY['late-' || n] FROM generate_series(1, 2500) n;
		INSERT INTO tasuki.gone (at, ids) SELECT tasuki.now() - `+year+`, ARRAY['old-' || n] FROM generate_series(1, 100) n;
		INSERT INTO tasuki.ids SELECT unnest(ids), n FROM tasuki.gone`)
	left := func(name string) string {
		return g.ask(t, "SELECT count(*)::text FROM tasuki.ids WHERE id LIKE $1", name+"-%")
	}
	if _, err := s.Prune(t.Context(), store.PruneRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := left("late"); got != "2500" {
		t.Errorf("of 2500 ids that were remembered %s are", got)
	}
	g.exec(t, "UPDATE tasuki.gone SET at = at - 3600000000") // an hour goes by
	for more := true; more; {
		r, err := s.Prune(t.Context(), store.PruneRequest{})
		if err != nil {
			t.Fatal(err)
		}
		more = r.More
	}
	if late, old := left("late"), left("old"); late != "0" || old != "0" {
		t.Errorf("an hour later %s late ids and %s old ones are remembered still", late, old)
	}
}
