package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestJobsOfAUsersTransactionComeWithItsCommit(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, _ := openTemp(t, Options{})
		tx := w.begin(t, s, "")
		err := tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "k", Tags: []string{"t"}}, store.Job{ID: "b", Kind: "k"})
		if err != nil {
			t.Fatal(err)
		}
		the(t, s)
		if err := tx.commit(); err != nil {
			t.Fatal(err)
		}
		the(t, s, "a", "b")
	})
}

func TestJobsOfAUsersTransactionGoWithItsRollback(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, _ := openTemp(t, Options{})
		tx := w.begin(t, s, "")
		job := store.Job{ID: "a", Kind: "k", Unique: "u", Tick: store.Tick{Schedule: "s", N: 5}}
		if err := tx.enqueue(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if err := tx.rollback(); err != nil {
			t.Fatal(err)
		}
		// Nothing remembers it: neither id nor key nor tick.
		got, err := s.Enqueue(t.Context(), []store.Job{job})
		if err != nil || got[0].What != store.Added {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestEnqueueTxOfNothingDoesNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, _ := openTemp(t, Options{})
		tx := w.begin(t, s, "")
		if err := errors.Join(tx.enqueue(t.Context()), tx.commit()); err != nil {
			t.Error(err)
		}
	})
}

func TestEnqueueTxRefusesBadJobsAndLeavesTheTransactionAsItWas(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, _ := openTemp(t, Options{})
		tx := w.begin(t, s, "")
		if err := tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "k"}, store.Job{ID: "b"}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("error %v, want ErrInvalid", err)
		}
		if err := errors.Join(tx.enqueue(t.Context(), store.Job{ID: "c", Kind: "k"}), tx.commit()); err != nil {
			t.Fatal(err)
		}
		the(t, s, "c")
	})
}

// transactionsOf is a store whose application's transactions are at another address.
func transactionsOf(t *testing.T, s *Store, dsn string) *Store {
	t.Helper()
	others := newStore(pools{s.pool, poolOf(t, dsn)}, s.options)
	others.bell = s.bell
	t.Cleanup(others.closeDB)
	return others
}

// TestARightThatATransactionsUserLacksIsNamedWithItsGrant: it need not be the store's.
func TestARightThatATransactionsUserLacksIsNamedWithItsGrant(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, g := openTemp(t, Options{})
		name, dsn := guest(t, g)
		theirs := transactionsOf(t, s, dsn)
		job := store.Job{ID: "a", Kind: "k"}
		use := grantUse(g.schema, name)
		named := map[string]string{"pgx": use, "database/sql": strings.ReplaceAll(use, quoted(name), `"user"`)}[w.name]
		hinted(t, w.begin(t, theirs, "").enqueue(t.Context(), job), "enqueue: ", "permission denied", named)
		g.exec(t, use)
		if err := w.begin(t, theirs, "").enqueue(t.Context(), job); err != nil {
			t.Errorf("after the GRANT: %v", err)
		}
	})
}

// TestARightThatTheStoresUserLacksIsNamedForThatUser, where it makes the lanes of a
// transaction beside it.
func TestARightThatTheStoresUserLacksIsNamedForThatUser(t *testing.T) {
	g := sharedGrounds(t).take(t)
	name, dsn := guest(t, g)
	use := grantUse(g.schema, name)
	g.exec(t, use)
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g.exec(t, "REVOKE INSERT ON tasuki.lanes FROM "+name)
	tx, err := connect(t, g.dsn).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hinted(t, s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "new"}), "permission denied", use)
}

func TestATransactionElsewhereOrOneThatOnlyReadsIsNamed(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, g := openTemp(t, Options{})
		elsewhere := transactionsOf(t, s, freshDSN(t))
		job := store.Job{ID: "a", Kind: "k"}
		hinted(t, w.begin(t, elsewhere, "").enqueue(t.Context(), job), "enqueue: ", "schema "+g.schema, "the store's database")
		reads := w.begin(t, s, "")
		if err := reads.exec(t.Context(), "SET TRANSACTION READ ONLY"); err != nil {
			t.Fatal(err)
		}
		hinted(t, reads.enqueue(t.Context(), job), "enqueue: ", "only reads")
	})
}

// TestEnqueueTxKeepsOutWhatEnqueueKeepsOut, of jobs that were there before and of those
// that the same transaction brought, at each isolation.
func TestEnqueueTxKeepsOutWhatEnqueueKeepsOut(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for _, isolation := range []string{"", "repeatable read", "serializable"} {
			t.Run(isolation, func(t *testing.T) {
				s, _ := openTemp(t, Options{})
				before := []store.Job{{ID: "a", Kind: "k", Unique: "u", Tick: store.Tick{Schedule: "s", N: 5}}}
				if _, err := s.Enqueue(t.Context(), before); err != nil {
					t.Fatal(err)
				}
				tx := w.begin(t, s, isolation)
				for _, jobs := range [][]store.Job{
					{{ID: "a", Kind: "other"}},
					{{ID: "duplicate", Kind: "k", Unique: "u"}, {ID: "in", Kind: "k", Unique: "v"}, {ID: "twin", Kind: "k", Unique: "v"}},
					{{ID: "passed", Kind: "k", Tick: store.Tick{Schedule: "s", N: 5}}, {ID: "tick", Kind: "k", Tick: store.Tick{Schedule: "s", N: 6}}},
					{{ID: "again", Kind: "k", Tick: store.Tick{Schedule: "s", N: 6}}, {ID: "in", Kind: "k"}},
					{{ID: "plain", Kind: "k"}, {ID: "plain", Kind: "k"}},
				} {
					if err := tx.enqueue(t.Context(), jobs...); err != nil {
						t.Fatal(err)
					}
				}
				if err := tx.commit(); err != nil {
					t.Fatal(err)
				}
				the(t, s, "a", "in", "tick", "plain")
				if got := s.kindOf(t, "a"); got != "k" {
					t.Errorf("a became one of kind %q", got)
				}
			})
		}
	})
}

func (s *Store) kindOf(t *testing.T, id string) string {
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil || len(page.Jobs) != 1 {
		t.Fatalf("%d jobs, %v", len(page.Jobs), err)
	}
	return page.Jobs[0].Kind
}

// TestOfTwoTransactionsThatWantOneKeyOneGetsIt: the second waits for the first, and is
// kept out if that commits.
func TestOfTwoTransactionsThatWantOneKeyOneGetsIt(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for _, commits := range []bool{true, false} {
			t.Run(fmt.Sprintf("the first commits %v", commits), func(t *testing.T) {
				s, g := openTemp(t, Options{})
				add(t, s, 1) // the lane
				first, second := w.begin(t, s, ""), w.begin(t, s, "")
				if err := first.enqueue(t.Context(), store.Job{ID: "first", Kind: "k", Unique: "u"}); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- second.enqueue(t.Context(), store.Job{ID: "second", Kind: "k", Unique: "u"}) }()
				waiting(t, connect(t, g.dsn), 1)
				end, want := first.rollback, "second"
				if commits {
					end, want = first.commit, "first"
				}
				if err := errors.Join(end(), <-ended, second.commit()); err != nil {
					t.Fatal(err)
				}
				got := states(t, s)
				if len(got) != 2 || got[want] == "" {
					t.Errorf("there are %v, want %s", got, want)
				}
			})
		}
	})
}

// TestALaneThatIsNewInATransactionHoldsUpNobody: the first job ever of a queue and a
// kind comes in a transaction that stays open.
func TestALaneThatIsNewInATransactionHoldsUpNobody(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, _ := openTemp(t, Options{})
		beat(t, s, "w", 1)
		tx := w.begin(t, s, "")
		if err := tx.enqueue(t.Context(), store.Job{ID: "late", Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := s.Enqueue(ctx, []store.Job{{ID: "early", Kind: "k"}}); err != nil {
			t.Fatal(err)
		}
		if err := s.EnqueueTx(ctx, mustBegin(t, s), store.Job{ID: "never", Kind: "k", Tags: []string{"t"}}); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, s, "w", 5); len(got) != 1 || got[0].ID != "early" {
			t.Errorf("claimed %v", got)
		}
		if err := tx.commit(); err != nil {
			t.Fatal(err)
		}
		if got := claim(t, s, "w", 5); len(got) != 1 || got[0].ID != "late" {
			t.Errorf("claimed %v", got)
		}
	})
}

// TestALaneThatIsNewInAnOldSnapshotIsFound: a transaction whose snapshot is older than
// the lane does not see it, and must not fail for that.
func TestALaneThatIsNewInAnOldSnapshotIsFound(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for _, isolation := range []string{"repeatable read", "serializable"} {
			t.Run(isolation, func(t *testing.T) {
				s, g := openTemp(t, Options{})
				tx := w.begin(t, s, isolation)
				if err := tx.exec(t.Context(), g.text("SELECT * FROM tasuki.jobs")); err != nil { // the snapshot
					t.Fatal(err)
				}
				err := errors.Join(tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "new"}), tx.commit())
				if err != nil {
					t.Fatal(err)
				}
				the(t, s, "a")
			})
		}
	})
}

func TestWhoListensHearsOfACommitSoonAndNotBefore(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, g := openTemp(t, Options{})
		e := listen(t, g.open(t, Options{})) // another process
		add(t, s, 1)
		e.hears(t, "an enqueue")
		tx := w.begin(t, s, "")
		if err := tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		e.quiet(t, 300*time.Millisecond)
		began := time.Now()
		if err := tx.commit(); err != nil {
			t.Fatal(err)
		}
		e.hears(t, "a commit")
		t.Logf("heard after %v", time.Since(began))
		if took := time.Since(began); took > time.Second {
			t.Errorf("heard after %v", took)
		}
	})
}

func TestARollbackWakesNobodyForLong(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		s, g := openTemp(t, Options{})
		add(t, s, 1)
		e := listen(t, g.open(t, Options{}))
		tx := w.begin(t, s, "")
		if err := errors.Join(tx.enqueue(t.Context(), store.Job{ID: "a", Kind: "k"}), tx.rollback()); err != nil {
			t.Fatal(err)
		}
		select { // one call for nothing is no harm
		case <-e.woken:
		case <-time.After(500 * time.Millisecond):
		}
		e.quiet(t, 500*time.Millisecond)
		if n := s.bell.awaited(); n != 0 {
			t.Errorf("%d transactions are still asked after", n)
		}
	})
}

// awaited is how many transactions are asked after.
func (b *bell) awaited() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.xacts)
}

func TestATicksJobThatIsSentAgainWhileItIsUnderWayIsKnown(t *testing.T) {
	s, g := openTemp(t, Options{})
	addNamed(t, s, "seed")
	tx := mustBegin(t, s)
	job := store.Job{ID: "a", Kind: "k", Tick: store.Tick{Schedule: "s", N: 5}}
	if err := s.EnqueueTx(t.Context(), tx, job); err != nil {
		t.Fatal(err)
	}
	told := make(chan []store.Enqueued, 1)
	go func() {
		got, err := s.Enqueue(t.Context(), []store.Job{job})
		if err != nil {
			t.Error(err)
		}
		told <- got
	}()
	waiting(t, connect(t, g.dsn), 1)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-told; len(got) != 1 || got[0].What != store.Known {
		t.Errorf("it is %v", got)
	}
}
