package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// This file is what the writer does once it has the turn: one transaction.

// lead writes all that wait, me among them, unless somebody has written me.
func (w *writer) lead(ctx context.Context, me *write) {
	select {
	case <-me.done:
		return
	default:
	}
	lazy := w.lazy()
	if err := w.begin(ctx, lazy); err != nil {
		if w.withdraw(me) {
			me.err = err
		}
		return
	}
	all := w.take(lazy)
	err := w.together(all)
	for _, one := range all {
		if err != nil {
			one.err = err
		}
		close(one.done)
	}
}

// together runs the writes of one transaction and commits it. Its error is of
// all of them.
func (w *writer) together(all []*write) error {
	failed := 0
	for _, one := range all {
		if lost := w.apart(one, len(all) > 1); lost != nil {
			w.rollback()
			return lost
		}
		if one.err != nil {
			failed++
		}
	}
	if failed == len(all) {
		w.rollback()
		return nil
	}
	if err := w.link.do("COMMIT"); err != nil {
		w.rollback()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// apart runs one write so that its failure leaves the others' as they are. An
// answered error says that the whole transaction is lost.
func (w *writer) apart(one *write, others bool) (lost error) {
	if !others {
		one.err = one.do(w.link)
		return nil
	}
	if err := w.link.do("SAVEPOINT tasuki"); err != nil {
		return err
	}
	if one.err = one.do(w.link); one.err != nil {
		// SQLite may have rolled back everything by itself (disk full).
		if err := w.link.do("ROLLBACK TO tasuki"); err != nil {
			return one.err
		}
	}
	return w.link.do("RELEASE tasuki")
}

// begin opens a transaction, waiting while other processes write.
func (w *writer) begin(ctx context.Context, lazy bool) error {
	return w.retry(ctx, func() error {
		err := w.tryBegin(ctx, lazy)
		if err == nil || busy(err) || w.link == nil {
			return err
		}
		w.drop()
		if !broken(err) {
			return err
		}
		// The connection was closed under us, as a pool does with old ones.
		return w.tryBegin(ctx, lazy)
	})
}

func (w *writer) tryBegin(ctx context.Context, lazy bool) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	sync := w.sync
	if lazy {
		sync = Normal
	}
	if err := w.link.syncs(sync); err != nil {
		return err
	}
	return w.link.do("BEGIN IMMEDIATE")
}

// retry calls try until it does not find the database busy, ctx ends, or the
// store's patience does.
func (w *writer) retry(ctx context.Context, try func() error) error {
	return persist(ctx, w.patience, try)
}

// persist is retry with a patience of its own.
func persist(ctx context.Context, patience time.Duration, try func() error) error {
	var until time.Time
	pause := loop.Backoff{Min: 100 * time.Microsecond, Max: 5 * time.Millisecond}
	for {
		err := try()
		if !busy(err) {
			return err
		}
		now := time.Now()
		if until.IsZero() {
			until = now.Add(patience)
		}
		if now.After(until) {
			return fmt.Errorf("busy for %v: %w", patience, err)
		}
		if !loop.Sleep(ctx, pause.Next()) {
			return ctx.Err()
		}
	}
}

func (w *writer) connect(ctx context.Context) error {
	if w.link != nil {
		return nil
	}
	l, err := dial(ctx, w.db, w.sync)
	if err != nil {
		return err
	}
	w.link = l
	return nil
}

// rollback leaves the connection without a transaction. SQLite may have ended
// it by itself; a connection in doubt is replaced.
func (w *writer) rollback() {
	if err := w.link.do("ROLLBACK"); err != nil {
		w.drop()
	}
}

func (w *writer) drop() {
	if w.link != nil {
		w.link.discard()
		w.link = nil
	}
}
