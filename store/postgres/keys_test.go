package postgres

import (
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// keyed are jobs with the unique keys key-0, key-1 and so on.
func keyed(prefix string, n int) []store.Job {
	jobs := make([]store.Job, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: fmt.Sprint(prefix, "-", i), Kind: "k", Unique: fmt.Sprint("key-", i)}
	}
	return jobs
}

// TestManyUniqueKeysTakeLittleOfTheServersTableOfLocks, which all its databases share.
func TestManyUniqueKeysTakeLittleOfTheServersTableOfLocks(t *testing.T) {
	for _, c := range []struct{ jobs, locks int }{{500, 501}, {501, 1}, {15000, 1}} {
		t.Run(fmt.Sprint(c.jobs), func(t *testing.T) {
			s, _ := openTemp(t, Options{})
			tx := mustBegin(t, s)
			if err := s.EnqueueTx(t.Context(), tx, keyed("a", c.jobs)...); err != nil {
				t.Fatal(err)
			}
			var locks int
			err := tx.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()").Scan(&locks)
			if err != nil || locks > c.locks {
				t.Errorf("%d locks, %v, want %d at most", locks, err, c.locks)
			}
		})
	}
}

// TestWhoeverWantsAUniqueKeyWaitsForWhoeverHasIt, be it one of a few or one of very
// many, on either side.
func TestWhoeverWantsAUniqueKeyWaitsForWhoeverHasIt(t *testing.T) {
	few, many := 1, 1000
	for _, c := range []struct{ has, wants int }{{few, few}, {few, many}, {many, few}, {many, many}} {
		t.Run(fmt.Sprintf("%d has, %d wants", c.has, c.wants), func(t *testing.T) {
			s, g := openTemp(t, Options{})
			addNamed(t, s, "seed")
			has, wants := mustBegin(t, s), mustBegin(t, s)
			if err := s.EnqueueTx(t.Context(), has, keyed("has", c.has)...); err != nil {
				t.Fatal(err)
			}
			answer := make(chan error, 1)
			go func() { answer <- s.EnqueueTx(t.Context(), wants, keyed("wants", c.wants)...) }()
			waiting(t, connect(t, g.dsn), 1)
			if err := has.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-answer; err != nil {
				t.Fatal(err)
			}
			if err := wants.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprint(max(c.has, c.wants))
			if got := g.ask(t, "SELECT count(*)::text FROM tasuki.jobs WHERE ukey IS NOT NULL"); got != want {
				t.Errorf("%s jobs, want %s", got, want)
			}
		})
	}
}

// TestAFullTableOfLocksIsNamed with the setting that makes it bigger.
func TestAFullTableOfLocksIsNamed(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{Settings: map[string]string{"max_connections": "20", "max_locks_per_transaction": "10"}})
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	addNamed(t, s, "seed")
	other := connect(t, server.DSN("postgres"))
	if _, err := other.Exec(t.Context(), "SELECT count(pg_advisory_lock(n)) FROM generate_series(1, 1000000) n"); code(err) != "53200" {
		t.Fatal("the table of locks is not full:", err)
	}
	_, err = s.Enqueue(t.Context(), keyed("a", 100))
	hinted(t, err, "max_locks_per_transaction")
}
