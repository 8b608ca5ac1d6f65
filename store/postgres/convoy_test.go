package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tasuki-jobs/tasuki/store"
)

// locked lets no statement that adds jobs end before unlock. watch sees them wait.
func locked(t *testing.T, g *ground) (watch *pgx.Conn, unlock func()) {
	holder := g.connect(t)
	run(t, holder, g.text("BEGIN; LOCK TABLE tasuki.ids IN EXCLUSIVE MODE"))
	return g.connect(t), func() { run(t, holder, "COMMIT") }
}

// heldUp is a store on which all that enqueues hangs, behind one statement that is under
// way. free lets it go.
func heldUp(t *testing.T) (s *Store, free func()) {
	s, g := openTemp(t, Options{})
	s.convoy.patience, s.convoy.haste = time.Hour, time.Hour
	addNamed(t, s, "known")
	watch, unlock := locked(t, g)
	var first sync.WaitGroup
	first.Go(func() { s.Enqueue(t.Context(), []store.Job{{ID: "first", Kind: "k"}}) })
	waiting(t, watch, 1)
	return s, func() {
		unlock()
		first.Wait()
	}
}

// An answer is what one caller got.
type answer struct {
	got []store.Enqueued
	err error
}

// comes lets a caller enqueue jobs while all are held up.
func comes(t *testing.T, ctx context.Context, s *Store, ids ...string) <-chan answer {
	t.Helper()
	var jobs []store.Job
	for _, id := range ids {
		jobs = append(jobs, store.Job{ID: id, Kind: "k"})
	}
	before := s.convoy.length()
	told := make(chan answer, 1)
	go func() {
		got, err := s.Enqueue(ctx, jobs)
		told <- answer{got, err}
	}()
	eventually(t, "the caller waits", func() bool { return s.convoy.length() > before })
	return told
}

func (c *convoy) length() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

func TestJobsOfCallersThatComeTogetherGoInOneStatement(t *testing.T) {
	s, free := heldUp(t)
	var all []<-chan answer
	for i := range 20 {
		all = append(all, comes(t, t.Context(), s, fmt.Sprint("one", i), fmt.Sprint("two", i)))
	}
	free()
	for i, told := range all {
		a := <-told
		if a.err != nil || len(a.got) != 2 || a.got[0] != (store.Enqueued{ID: fmt.Sprint("one", i), What: store.Added}) || a.got[1].ID != fmt.Sprint("two", i) {
			t.Errorf("caller %d got %v, %v", i, a.got, a.err)
		}
	}
	blocks := map[int64]bool{} // one statement's jobs have one number in common
	err := s.once(t.Context(), "look", &call{query: query{"look", "SELECT seq >> 20 FROM tasuki.jobs WHERE id LIKE 'one%' OR id LIKE 'two%'"}, row: func(r scanner) error {
		var n int64
		err := r.Scan(&n)
		blocks[n] = true
		return err
	}})
	if err != nil || len(blocks) != 1 {
		t.Errorf("40 jobs of 20 callers came in %d statements, %v", len(blocks), err)
	}
}

func TestAKnownIDOfOneCallerKeepsNoOtherOut(t *testing.T) {
	s, free := heldUp(t)
	a, b, c := comes(t, t.Context(), s, "a"), comes(t, t.Context(), s, "known", "b"), comes(t, t.Context(), s, "c", "c")
	free()
	if a := <-a; a.err != nil || a.got[0].What != store.Added {
		t.Errorf("a: %v, %v", a.got, a.err)
	}
	if b := <-b; b.err != nil || b.got[0].What != store.Known || b.got[1].What != store.Added {
		t.Errorf("b: %v, %v", b.got, b.err)
	}
	if c := <-c; c.err != nil || c.got[0].What != store.Added || c.got[1].What != store.Known {
		t.Errorf("c: %v, %v", c.got, c.err)
	}
	the(t, s, "known", "first", "a", "b", "c")
}

func TestACallerThatCannotWaitTakesNobodyAlong(t *testing.T) {
	s, free := heldUp(t)
	short, end := context.WithCancel(t.Context())
	gone, stays := comes(t, short, s, "gone"), comes(t, t.Context(), s, "stays")
	end()
	if a := <-gone; !errors.Is(a.err, context.Canceled) {
		t.Errorf("the caller whose context ended got %v, %v", a.got, a.err)
	}
	free()
	if a := <-stays; a.err != nil || a.got[0].What != store.Added {
		t.Errorf("the other got %v, %v", a.got, a.err)
	}
	the(t, s, "known", "first", "stays")
}

func TestACallerWhoseContextEndsOnTheWayTakesNobodyAlong(t *testing.T) {
	s, g := openTemp(t, Options{})
	s.convoy.patience = time.Hour
	addNamed(t, s, "known")
	watch, unlock := locked(t, g)
	short, end := context.WithCancel(t.Context())
	one := func(ctx context.Context, id string) *passenger {
		return &passenger{ctx: ctx, jobs: []store.Job{{ID: id, Kind: "k"}}, done: make(chan struct{})}
	}
	all := []*passenger{one(short, "a"), one(t.Context(), "b")}
	carried := make(chan struct{})
	go func() { defer close(carried); s.convoy.carry(all) }()
	waiting(t, watch, 1)
	end()
	unlock()
	<-carried
	if all[1].err != nil || all[1].alone || all[1].became[0].What != store.Added {
		t.Errorf("the other got %v, %v", all[1].became, all[1].err)
	}
}

func TestAStatementWhoseCallersHaveAllGoneEnds(t *testing.T) {
	s, g := openTemp(t, Options{})
	s.convoy.patience = time.Hour
	addNamed(t, s, "known")
	watch, unlock := locked(t, g)
	defer unlock()
	ctx, end := context.WithCancel(t.Context())
	p := &passenger{ctx: ctx, jobs: []store.Job{{ID: "a", Kind: "k"}}, done: make(chan struct{})}
	go s.convoy.carry([]*passenger{p})
	waiting(t, watch, 1)
	end()
	<-p.done
	if !errors.Is(p.err, context.Canceled) {
		t.Errorf("it ended with %v", p.err)
	}
}

// TestACallerWhoseIDAnOpenTransactionAddsHoldsUpNobodyElse, neither who comes behind it
// nor who goes with it.
func TestACallerWhoseIDAnOpenTransactionAddsHoldsUpNobodyElse(t *testing.T) {
	for _, together := range []bool{false, true} {
		s, g := openTemp(t, Options{})
		addNamed(t, s, "known")
		tx := mustBegin(t, s)
		if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "x", Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		watch := g.connect(t)
		x := make(chan answer, 1)
		hangs := func() {
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: "x", Kind: "k"}})
			x <- answer{got, err}
		}
		if !together {
			go hangs()
			waiting(t, watch, 1)
			addNamed(t, s, "a", "b")
		} else {
			all := []*passenger{
				{ctx: t.Context(), jobs: []store.Job{{ID: "x", Kind: "k"}}, done: make(chan struct{})},
				{ctx: t.Context(), jobs: []store.Job{{ID: "a", Kind: "k"}, {ID: "b", Kind: "k"}}, done: make(chan struct{})},
			}
			s.convoy.carry(all)
			if !all[1].alone {
				t.Errorf("who went along got %v, %v", all[1].became, all[1].err)
			}
			go hangs()
			addNamed(t, s, "a", "b")
		}
		the(t, s, "known", "a", "b")
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := <-x; a.err != nil || a.got[0].What != store.Known {
			t.Errorf("its own caller got %v, %v", a.got, a.err)
		}
	}
}

// TestACallerWhoseContextEndedMayUseItsSlicesAgain: the race detector sees whether
// somebody reads them still.
func TestACallerWhoseContextEndedMayUseItsSlicesAgain(t *testing.T) {
	s, g := openTemp(t, Options{})
	addNamed(t, s, "known")
	watch, unlock := locked(t, g)
	var first sync.WaitGroup
	first.Go(func() { s.Enqueue(t.Context(), []store.Job{{ID: "first", Kind: "k"}}) })
	waiting(t, watch, 1)
	s.convoy.patience = time.Millisecond
	for n := range 300 {
		ctx, end := context.WithTimeout(t.Context(), time.Millisecond+time.Duration(n)*2*time.Microsecond)
		jobs := []store.Job{{ID: "a", Kind: "k", Args: []byte(`{"a":1}`)}}
		s.Enqueue(ctx, jobs)
		end()
		jobs[0].ID, jobs[0].Args[5] = "b", '2'
	}
	unlock()
	first.Wait()
}

// TestBehindASlowStatementFewOthersGo, as on a disk that takes long to flush.
func TestBehindASlowStatementFewOthersGo(t *testing.T) {
	s, g := openTemp(t, Options{})
	s.convoy.patience = time.Hour
	addNamed(t, s, "known")
	watch, unlock := locked(t, g)
	told := make(chan answer, convoysAtOnce)
	for i := range convoysAtOnce {
		go func() {
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: fmt.Sprint(i), Kind: "k"}})
			told <- answer{got, err}
		}()
		waiting(t, watch, i+1)
	}
	last := comes(t, t.Context(), s, "last")
	unlock()
	for range convoysAtOnce {
		if a := <-told; a.err != nil || a.got[0].What != store.Added {
			t.Errorf("a caller got %v, %v", a.got, a.err)
		}
	}
	if a := <-last; a.err != nil || a.got[0].What != store.Added {
		t.Errorf("the last got %v, %v", a.got, a.err)
	}
}
