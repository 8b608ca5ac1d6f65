package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// count is how many rows a table of the tests has.
func count(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.DB().QueryRow("SELECT count(*) FROM notes").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// notebook is a store with a table for writes of the tests.
func notebook(t *testing.T) *Store {
	t.Helper()
	s := openTemp(t, Options{})
	if _, err := s.DB().Exec("CREATE TABLE notes (x)"); err != nil {
		t.Fatal(err)
	}
	return s
}

func noteDown(tx session) error {
	_, err := tx.exec(context.Background(), "INSERT INTO notes VALUES (1)")
	return err
}

// together makes writes that are one transaction: the turn is held until all
// wait.
func together(t *testing.T, s *Store, writes ...func(session) error) []error {
	t.Helper()
	w := s.writer
	if err := w.own(t.Context()); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, len(writes))
	var all sync.WaitGroup
	for i, do := range writes {
		all.Go(func() { errs[i] = w.write(context.Background(), do) })
		eventually(t, "waiting", func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.waiting) == i+1
		})
	}
	w.pass()
	all.Wait()
	return errs
}

func TestWritesThatWaitTogetherAreOneTransaction(t *testing.T) {
	s := notebook(t)
	conn, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l := &listening{conn: conn}
	l.look(t.Context())
	seen := 0
	look := func(tx session) error {
		if changed, _ := l.look(t.Context()); changed {
			seen++
		}
		return noteDown(tx)
	}
	for _, err := range together(t, s, look, look, look, look) {
		if err != nil {
			t.Error(err)
		}
	}
	if count(t, s) != 4 || seen > 0 {
		t.Errorf("%d rows, %d commits in between; want 4 and 0", count(t, s), seen)
	}
}

func TestOnesFailureDoesNotTouchTheOthers(t *testing.T) {
	s := notebook(t)
	mine := errors.New("mine")
	errs := together(t, s,
		noteDown,
		func(tx session) error { return errors.Join(noteDown(tx), mine) },
		func(tx session) error { _, err := tx.exec(context.Background(), "no statement"); return err },
		noteDown)
	if errs[0] != nil || !errors.Is(errs[1], mine) || errs[2] == nil || errs[3] != nil {
		t.Errorf("errors %v", errs)
	}
	if n := count(t, s); n != 2 {
		t.Errorf("%d rows, want those of the two that did not fail", n)
	}
}

func TestWhenAllFailNothingIsWritten(t *testing.T) {
	s := notebook(t)
	mine := errors.New("mine")
	fails := func(tx session) error { return errors.Join(noteDown(tx), mine) }
	for _, err := range together(t, s, fails, fails) {
		if !errors.Is(err, mine) {
			t.Errorf("error %v", err)
		}
	}
	if err := s.writer.write(t.Context(), noteDown); err != nil {
		t.Error(err)
	}
	if n := count(t, s); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// TestATransactionThatSQLiteEndedByItselfFailsForAll: after a full disk SQLite
// rolls back on its own, and what came before in the transaction is gone too.
func TestATransactionThatSQLiteEndedByItselfFailsForAll(t *testing.T) {
	s := notebook(t)
	full := errors.New("full")
	errs := together(t, s, noteDown,
		func(tx session) error {
			_, err := tx.exec(context.Background(), "ROLLBACK")
			return errors.Join(err, full)
		},
		noteDown)
	for i, err := range errs {
		if !errors.Is(err, full) {
			t.Errorf("write %d: error %v, want that the disk was full", i, err)
		}
	}
	if n := count(t, s); n != 0 {
		t.Errorf("%d rows, want 0: they were answered with an error", n)
	}
	if err := s.writer.write(t.Context(), noteDown); err != nil {
		t.Errorf("the writer did not recover: %v", err)
	}
}

func TestAWriteWhoseContextEndedBeforeItsTurnIsNotMade(t *testing.T) {
	s := notebook(t)
	if err := s.writer.own(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() { answered <- s.writer.write(ctx, noteDown) }()
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	s.writer.pass()
	if err := s.writer.write(t.Context(), noteDown); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestALazyWriteTakesNoOtherAlong(t *testing.T) {
	s := notebook(t)
	w := s.writer
	levels := make(chan string, 2)
	level := func(tx session) error {
		var at int
		rows, err := tx.query(context.Background(), "PRAGMA synchronous")
		err = one(rows, err, &at)
		levels <- fmt.Sprint(at)
		return err
	}
	if err := w.writeLazy(t.Context(), level); err != nil || <-levels != "1" {
		t.Errorf("a lazy write is synced, or %v", err)
	}
	if err := w.write(t.Context(), level); err != nil || <-levels != "2" {
		t.Errorf("a write is not synced, or %v", err)
	}
	// A lazy transaction that is open already leaves out who comes and needs a sync.
	late := &write{do: noteDown, done: make(chan struct{})}
	lazy := &write{do: noteDown, lazy: true, done: make(chan struct{})}
	w.waiting = []*write{lazy, late}
	if took := w.take(true); len(took) != 1 || took[0] != lazy || len(w.waiting) != 1 || w.waiting[0] != late {
		t.Errorf("took %d, left %d", len(took), len(w.waiting))
	}
	w.waiting = nil
}

func TestManyWritersAreAllWritten(t *testing.T) {
	s := notebook(t)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			for k := range 50 {
				write := s.writer.write
				if (i+k)%2 == 0 {
					write = s.writer.writeLazy
				}
				if err := write(t.Context(), noteDown); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := count(t, s); n != 1000 {
		t.Errorf("%d rows, want 1000", n)
	}
}

func TestAClosedStoreAnswersErrors(t *testing.T) {
	s := openTemp(t, Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := enqueueOne(ctx, s); !errors.Is(err, errClosed) {
		t.Errorf("error %v, want that it is closed", err)
	}
	if _, err := s.Claim(ctx, request("w", 1)); err == nil {
		t.Error("a closed store gave a claim")
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// TestAllButClaimsAndBeatsAreSynced asks SQLite how the connection was set for
// the last commit.
func TestAllButClaimsAndBeatsAreSynced(t *testing.T) {
	s, ctx, h := holding(t)
	add(t, s, 2)
	job := store.Outcome{Claim: h.Claim, Verb: store.Save, Cursor: []byte("1")}
	calls := []struct {
		name string
		want Synchronous
		call func() error
	}{
		{"beat", Normal, func() error { beat(t, s, "w", 2, h.Claim); return nil }},
		{"enqueue", Full, func() error { add(t, s, 1); return nil }},
		{"claim", Normal, func() error { claim(t, s, "w", 1); return nil }},
		{"save", Full, func() error {
			_, err := s.Settle(ctx, store.SettleRequest{Worker: "w", Outcomes: []store.Outcome{job}})
			return err
		}},
		{"commit", Full, func() error { return s.Commit(ctx, effect) }},
		{"claim again", Normal, func() error { claim(t, s, "w", 1); return nil }},
		{"settle", Full, func() error {
			job.Verb = store.Finish
			_, err := s.Settle(ctx, store.SettleRequest{Worker: "w", Batch: 1, Outcomes: []store.Outcome{job}})
			return err
		}},
		{"beat again", Normal, func() error { beat(t, s, "w", 3); return nil }},
		{"move", Full, func() error {
			_, err := s.Move(ctx, store.MoveRequest{Filter: store.Filter{States: []store.State{store.Ready}}, To: store.Cancelled})
			return err
		}},
		{"beat once more", Normal, func() error { beat(t, s, "w", 4); return nil }},
		{"pause", Full, func() error { return s.Pause(ctx, []string{"q"}, true) }},
		{"and once more", Normal, func() error { beat(t, s, "w", 5); return nil }},
		{"release", Full, func() error {
			_, err := s.Release(ctx, store.ReleaseRequest{Worker: "w", Beat: 5})
			return err
		}},
	}
	for _, c := range calls {
		if err := c.call(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var level int
		rows, err := s.writer.link.query(ctx, "PRAGMA synchronous")
		if err := one(rows, err, &level); err != nil || level != map[Synchronous]int{Normal: 1, Full: 2}[c.want] {
			t.Errorf("%s was committed with synchronous %d, %v; want %s", c.name, level, err, c.want)
		}
	}
}
