package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// holding is a store with a running job, and the context of its handler.
func holding(t *testing.T) (*Store, context.Context, *store.Held) {
	t.Helper()
	s := openTemp(t, Options{})
	if _, err := s.DB().Exec("CREATE TABLE effects (item TEXT)"); err != nil {
		t.Fatal(err)
	}
	beat(t, s, "w", 1)
	add(t, s, 1)
	j := claim(t, s, "w", 1)[0]
	h := store.NewHeld("w", store.Claim{ID: j.ID, Token: j.Token})
	return s, store.WithHeld(t.Context(), h), h
}

// point is a job's standing at a cursor.
func point(cursor string) *store.Point {
	return &store.Point{Stand: func() (store.Standing, error) {
		return store.Standing{Cursor: json.RawMessage(cursor), Seq: 5}, nil
	}}
}

// effect writes one row in the user's table.
func effect(tx *sql.Tx) error {
	_, err := tx.Exec("INSERT INTO effects VALUES ('x')")
	return err
}

// wantEffects asserts how many effects are in, and which cursor.
func wantEffects(t *testing.T, s *Store, n int, cursor string) {
	t.Helper()
	var got int
	if err := s.DB().QueryRow("SELECT count(*) FROM effects").Scan(&got); err != nil || got != n {
		t.Errorf("%d effects, %v; want %d", got, err, n)
	}
	var at sql.NullString
	if err := s.DB().QueryRow("SELECT cursor FROM tasuki_jobs").Scan(&at); err != nil || at.String != cursor {
		t.Errorf("cursor %q, %v; want %q", at.String, err, cursor)
	}
}

func TestCommitWritesEffectAndCursorTogether(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`58`))
	if err := s.Commit(ctx, effect); err != nil {
		t.Fatal(err)
	}
	wantEffects(t, s, 1, "58")
	if !h.Committed() || !h.Spent() {
		t.Error("the item is not told that it is committed")
	}
}

func TestCommitOutsideAnItemLeavesTheCursor(t *testing.T) {
	s, ctx, _ := holding(t)
	if err := s.Commit(ctx, effect); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, effect); err != nil {
		t.Fatal(err)
	}
	wantEffects(t, s, 2, "")
}

func TestASecondCommitForOneItemIsRefused(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	if err := s.Commit(ctx, effect); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, effect); !errors.Is(err, store.ErrNoItem) {
		t.Errorf("error %v, want ErrNoItem", err)
	}
	wantEffects(t, s, 1, "1")
}

func TestCommitOutsideAHandlerIsRefused(t *testing.T) {
	s, _, _ := holding(t)
	if err := s.Commit(t.Context(), effect); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
	wantEffects(t, s, 0, "")
}

func TestCommitOfALostClaimCallsNothing(t *testing.T) {
	for name, lose := range map[string]func(*Store, *store.Held){
		"another token":  func(_ *Store, h *store.Held) { h.Token++ },
		"another worker": func(_ *Store, h *store.Held) { h.Worker = "v" },
		"released": func(s *Store, _ *store.Held) {
			s.Release(context.Background(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ctx, h := holding(t)
			h.Take(point(`1`))
			lose(s, h)
			called := false
			err := s.Commit(ctx, func(tx *sql.Tx) error { called = true; return effect(tx) })
			if !errors.Is(err, store.ErrLost) || called {
				t.Errorf("error %v, called %v; want ErrLost and no call", err, called)
			}
			wantEffects(t, s, 0, "")
		})
	}
}

func TestAnErrorInCommitUndoesEverything(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	mine := errors.New("mine")
	err := s.Commit(ctx, func(tx *sql.Tx) error { return errors.Join(effect(tx), mine) })
	if !errors.Is(err, mine) {
		t.Errorf("error %v, want the handler's own", err)
	}
	wantEffects(t, s, 0, "")
	if err := s.Commit(ctx, effect); err != nil {
		t.Errorf("the item cannot be committed again: %v", err)
	}
	wantEffects(t, s, 1, "1")
}

func TestACommitWhosePointCannotBeMadeUndoesEverything(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(&store.Point{Stand: func() (store.Standing, error) { return store.Standing{}, errors.New("too big") }})
	if err := s.Commit(ctx, effect); err == nil || !strings.Contains(err.Error(), "too big") {
		t.Errorf("error %v", err)
	}
	wantEffects(t, s, 0, "")
	if h.Spent() {
		t.Error("the item counts as committed")
	}
}

func TestAPanicInCommitUndoesEverythingAndFreesTheWriter(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		s.Commit(ctx, func(tx *sql.Tx) error { effect(tx); panic("boom") })
	}()
	wantEffects(t, s, 0, "")
	add(t, s, 1)
}

// TestAHandlerCancelledInCommitKeepsWhatItDid: the item is done and the claim is
// held, so there is no reason to do it again.
func TestAHandlerCancelledInCommitKeepsWhatItDid(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	ctx, cancel := context.WithCancel(ctx)
	err := s.Commit(ctx, func(tx *sql.Tx) error { defer cancel(); return effect(tx) })
	if err != nil {
		t.Error(err)
	}
	wantEffects(t, s, 1, "1")
	add(t, s, 1)
}

func TestAHandlerWhoseStatementIsCancelledInCommitWritesNothing(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	ctx, cancel := context.WithCancel(ctx)
	err := s.Commit(ctx, func(tx *sql.Tx) error {
		if err := effect(tx); err != nil {
			return err
		}
		cancel()
		_, err := tx.ExecContext(ctx, "INSERT INTO effects VALUES ('y')")
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	wantEffects(t, s, 0, "")
	add(t, s, 1)
}

func TestJobsOfAUsersTransactionComeWithItsCommit(t *testing.T) {
	s, _, _ := holding(t)
	tx, err := s.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	job := store.Job{ID: "a", Kind: "k", Tags: []string{"t"}}
	if err := errors.Join(effect(tx), s.EnqueueTx(t.Context(), tx, job)); err != nil {
		t.Fatal(err)
	}
	if page, err := s.List(t.Context(), store.ListRequest{}); err != nil || len(page.Jobs) != 1 {
		t.Errorf("%d jobs before the commit, %v; want the one that runs", len(page.Jobs), err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", 9); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("jobs %v after the commit, want a", got)
	}
}

func TestJobsOfAUsersTransactionGoWithItsRollback(t *testing.T) {
	s, _, _ := holding(t)
	tx, err := s.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "new"}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"new", "k"} { // the lane of new went too
		got, err := s.Enqueue(t.Context(), []store.Job{{ID: "a-" + kind, Kind: kind}})
		if err != nil || got[0].What != store.Added {
			t.Errorf("%v, %v", got, err)
		}
	}
	if page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{"a"}}}); err != nil || len(page.Jobs) != 0 {
		t.Errorf("%v, %v: the job is there", page.Jobs, err)
	}
}

func TestEnqueueTxWorksInsideCommit(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	err := s.Commit(ctx, func(tx *sql.Tx) error {
		return errors.Join(effect(tx), s.EnqueueTx(ctx, tx, store.Job{ID: "next", Kind: "k"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", 9); len(got) != 1 || got[0].ID != "next" {
		t.Errorf("jobs %v, want next", got)
	}
}

func TestEnqueueTxOfNothingDoesNothing(t *testing.T) {
	s, _, _ := holding(t)
	tx, err := s.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.EnqueueTx(t.Context(), tx), tx.Commit()); err != nil {
		t.Error(err)
	}
}

func TestEnqueueTxRefusesBadJobsBeforeItWrites(t *testing.T) {
	s, _, _ := holding(t)
	tx, err := s.DB().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k"}, store.Job{ID: "b"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", 9); len(got) != 0 {
		t.Errorf("jobs %v, want none", got)
	}
}
