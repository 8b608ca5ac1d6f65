package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/store"
)

// A way is one of the two by which users have transactions.
type way struct {
	name   string
	commit func(s *Store, ctx context.Context, fn func(utx) error) error
	begin  func(t *testing.T, s *Store, isolation string) utx
}

// A utx is a user's transaction.
type utx struct {
	exec             func(ctx context.Context, sql string) error
	enqueue          func(ctx context.Context, jobs ...store.Job) error
	commit, rollback func() error
}

func overPgx(s *Store, tx pgx.Tx) utx {
	bg := context.Background()
	return utx{
		exec:    func(ctx context.Context, sql string) error { return second(tx.Exec(ctx, sql)) },
		enqueue: func(ctx context.Context, jobs ...store.Job) error { return s.EnqueueTx(ctx, tx, jobs...) },
		commit:  func() error { return tx.Commit(bg) }, rollback: func() error { return tx.Rollback(bg) },
	}
}

func overSQL(s *Store, tx *sql.Tx) utx {
	return utx{
		exec:    func(ctx context.Context, sql string) error { return second(tx.ExecContext(ctx, sql)) },
		enqueue: func(ctx context.Context, jobs ...store.Job) error { return s.SQL().EnqueueTx(ctx, tx, jobs...) },
		commit:  tx.Commit, rollback: tx.Rollback,
	}
}

var ways = []way{
	{"pgx",
		func(s *Store, ctx context.Context, fn func(utx) error) error {
			return s.Commit(ctx, func(tx pgx.Tx) error { return fn(overPgx(s, tx)) })
		},
		func(t *testing.T, s *Store, isolation string) utx {
			tx, err := s.Pool().BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.TxIsoLevel(isolation)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { tx.Rollback(context.Background()) })
			return overPgx(s, tx)
		}},
	{"database/sql",
		func(s *Store, ctx context.Context, fn func(utx) error) error {
			return s.SQL().Commit(ctx, func(tx *sql.Tx) error { return fn(overSQL(s, tx)) })
		},
		func(t *testing.T, s *Store, isolation string) utx {
			level := map[string]sql.IsolationLevel{"repeatable read": sql.LevelRepeatableRead, "serializable": sql.LevelSerializable}[isolation]
			tx, err := s.SQL().DB().BeginTx(t.Context(), &sql.TxOptions{Isolation: level})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { tx.Rollback() })
			return overSQL(s, tx)
		}},
}

// bothWays runs a test by each way.
func bothWays(t *testing.T, test func(t *testing.T, w way)) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) { test(t, w) })
	}
}

// A handler is a running job with the context of its handler, and a table of the
// user's.
type handler struct {
	*Store
	w   way
	g   *ground
	h   *store.Held
	ctx context.Context
}

func holding(t *testing.T, w way) *handler {
	t.Helper()
	s, g := openTemp(t, Options{})
	g.exec(t, "CREATE TABLE tasuki.effects (item text)")
	return handlerOn(t, w, s, g)
}

func handlerOn(t *testing.T, w way, s *Store, g *ground) *handler {
	t.Helper()
	beat(t, s, "w", 1)
	addNamed(t, s, "job")
	j := claim(t, s, "w", 1)[0]
	h := store.NewHeld("w", claimOf(j))
	return &handler{s, w, g, h, store.WithHeld(t.Context(), h)}
}

// commit commits by the handler's way.
func (h *handler) commit(ctx context.Context, fn func(utx) error) error {
	return h.w.commit(h.Store, ctx, fn)
}

// effect writes one row in the user's table.
func (h *handler) effect(tx utx) error {
	return tx.exec(context.Background(), h.g.text("INSERT INTO tasuki.effects VALUES ('x')"))
}

// wantEffects asserts how many effects are in, and which cursor the job has.
func (h *handler) wantEffects(t *testing.T, n int, cursor string) {
	t.Helper()
	if got, want := h.g.ask(t, "SELECT count(*)::text FROM tasuki.effects"), fmt.Sprint(n); got != want {
		t.Errorf("%s effects, want %s", got, want)
	}
	if got := h.g.ask(t, "SELECT coalesce(max(cursor), '') FROM tasuki.jobs WHERE id = 'job'"); got != cursor {
		t.Errorf("cursor %q, want %q", got, cursor)
	}
}

func TestCommitWritesEffectAndCursorTogether(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`58`))
		if err := h.commit(h.ctx, h.effect); err != nil {
			t.Fatal(err)
		}
		h.wantEffects(t, 1, "58")
		if !h.h.Committed() || !h.h.Spent() {
			t.Error("the item is not told that it is committed")
		}
	})
}

func TestCommitOutsideAnItemLeavesTheCursor(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		for range 2 {
			if err := h.commit(h.ctx, h.effect); err != nil {
				t.Fatal(err)
			}
		}
		h.wantEffects(t, 2, "")
	})
}

func TestASecondCommitForOneItemIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		if err := h.commit(h.ctx, h.effect); err != nil {
			t.Fatal(err)
		}
		if err := h.commit(h.ctx, h.effect); !errors.Is(err, store.ErrNoItem) {
			t.Errorf("error %v, want ErrNoItem", err)
		}
		h.wantEffects(t, 1, "1")
	})
}

func TestCommitOutsideAHandlerIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		if err := h.commit(t.Context(), h.effect); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("error %v, want ErrInvalid", err)
		}
		h.wantEffects(t, 0, "")
	})
}

func TestCommitOfALostClaimCallsNothing(t *testing.T) {
	for name, lose := range map[string]func(*handler){
		"another token":  func(h *handler) { h.h.Token++ },
		"another worker": func(h *handler) { h.h.Worker = "v" },
		"released": func(h *handler) {
			h.Release(context.Background(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, w way) {
				h := holding(t, w)
				h.h.Take(point(`1`))
				lose(h)
				called := false
				err := h.commit(h.ctx, func(tx utx) error { called = true; return h.effect(tx) })
				if !errors.Is(err, store.ErrLost) || called {
					t.Errorf("error %v, called %v; want ErrLost and no call", err, called)
				}
				h.wantEffects(t, 0, "")
			})
		})
	}
}

func TestAnErrorInCommitUndoesEverything(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		mine := errors.New("mine")
		err := h.commit(h.ctx, func(tx utx) error { return errors.Join(h.effect(tx), mine) })
		if !errors.Is(err, mine) {
			t.Errorf("error %v, want the handler's own", err)
		}
		h.wantEffects(t, 0, "")
		if err := h.commit(h.ctx, h.effect); err != nil {
			t.Errorf("the item cannot be committed again: %v", err)
		}
		h.wantEffects(t, 1, "1")
	})
}

// TestAnErrorThatTheHandlerSwallowsUndoesEverything: the server undoes a transaction
// in which a statement failed, whatever COMMIT is sent.
func TestAnErrorThatTheHandlerSwallowsUndoesEverything(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		for _, p := range []*store.Point{nil, point(`1`)} {
			h.h.Take(p)
			err := h.commit(h.ctx, func(tx utx) error {
				err := h.effect(tx)
				tx.exec(t.Context(), "SELECT 1/0")
				return err
			})
			if err == nil || errors.Is(err, store.ErrUnsure) || h.h.Spent() {
				t.Errorf("error %v, spent %v", err, h.h.Spent())
			}
			h.wantEffects(t, 0, "")
		}
	})
}

func TestACommitWhosePointCannotBeMadeUndoesEverything(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(&store.Point{Stand: func() (store.Standing, error) { return store.Standing{}, errors.New("too big") }})
		if err := h.commit(h.ctx, h.effect); err == nil || !strings.Contains(err.Error(), "too big") {
			t.Errorf("error %v", err)
		}
		h.wantEffects(t, 0, "")
		if h.h.Spent() {
			t.Error("the item counts as committed")
		}
	})
}

func TestAPanicInCommitUndoesEverythingAndFreesItsConnection(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		for range 2 * DefaultMaxConns {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				h.commit(h.ctx, func(tx utx) error { h.effect(tx); panic("boom") })
			}()
		}
		h.wantEffects(t, 0, "")
		add(t, h.Store, 1)
	})
}

// TestAHandlerCancelledInCommitKeepsWhatItDid: the item is done and the claim is
// held, so there is no reason to do it again.
func TestAHandlerCancelledInCommitKeepsWhatItDid(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		ctx, cancel := context.WithCancel(h.ctx)
		err := h.commit(ctx, func(tx utx) error { defer cancel(); return h.effect(tx) })
		if err != nil {
			t.Error(err)
		}
		h.wantEffects(t, 1, "1")
		add(t, h.Store, 1)
	})
}

func TestAHandlerWhoseStatementIsCancelledInCommitWritesNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		ctx, cancel := context.WithCancel(h.ctx)
		err := h.commit(ctx, func(tx utx) error {
			if err := h.effect(tx); err != nil {
				return err
			}
			cancel()
			return tx.exec(ctx, "SELECT 1")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the context's", err)
		}
		h.wantEffects(t, 0, "")
		add(t, h.Store, 1)
	})
}

func TestEnqueueTxWorksInsideCommit(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		err := h.commit(h.ctx, func(tx utx) error {
			return errors.Join(h.effect(tx), tx.enqueue(h.ctx, store.Job{ID: "next", Kind: "k"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := claim(t, h.Store, "w", 9); len(got) != 1 || got[0].ID != "next" {
			t.Errorf("jobs %v, want next", got)
		}
	})
}
