package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	fenceSQL          = text("fence")
	commitStandingSQL = text("commit_standing")
)

// EnqueueTx puts jobs into a transaction that the caller began, on this file;
// they are there once it is committed. Jobs are judged as Enqueue judges them,
// but whether one was Known, a Duplicate or Passed is not said.
//
// Begin the transaction IMMEDIATE (those of DB are): in one that has read before
// it writes, SQLite answers busy at once if others have written since, and only
// the caller can begin anew.
func (s *Store) EnqueueTx(ctx context.Context, tx *sql.Tx, jobs ...store.Job) error {
	if err := sqlstore.CheckJobs(jobs, s.options.MaxPayload); err != nil {
		return err
	}
	if _, err := s.admit(ctx, userTx{tx}, jobs); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// Commit runs fn in a transaction that holds only if the job in hand is still
// this worker's: the claim is checked first, under the write lock, and where the
// job stands once the item in hand is done is written with what fn writes. It is
// for handlers; ctx is the one that the function of the item or the step got, or the
// handler's where there is neither.
//
// If the claim is lost it answers store.ErrLost and fn is not called. An error
// or a panic of fn undoes everything. A second Commit for one item of Each, or one
// inside a Step (which has StepTx for that), answers store.ErrNoItem. If it cannot
// be known whether the transaction is in, the error is store.ErrUnsure. A Commit ends
// its item and must be its last act: an attempt that fails behind it is followed by one
// that goes on behind the item.
//
// Commit waits for its turn to write as long as ctx lets it, whatever BusyTimeout
// says: that others write for long is no failure of the handler.
//
// Other writes of the process wait while fn runs, so fn must be short, and must
// not call the store's methods other than EnqueueTx: they would wait for it.
func (s *Store) Commit(ctx context.Context, fn func(*sql.Tx) error) error {
	h := store.HeldFrom(ctx)
	if h == nil {
		return fmt.Errorf("commit: the context carries no job; Commit is for handlers: %w", store.ErrInvalid)
	}
	err := h.Commit(func(stand func() (store.Standing, error)) error {
		var job int64
		check := func(tx *sql.Tx) (err error) {
			job, err = fence(ctx, userTx{tx}, h)
			return err
		}
		return s.writer.alone(ctx, check, func(tx *sql.Tx) error {
			if err := h.Inside(func() error { return fn(tx) }); err != nil || stand == nil {
				return err
			}
			st, err := stand()
			if err != nil {
				return err
			}
			return putStanding(ctx, tx, job, st)
		})
	})
	if err != nil {
		return fmt.Errorf("commit of job %s: %w", h.ID, err)
	}
	s.stir()
	return nil
}

// fence answers the job's seq, or store.ErrLost if the claim is lost. The transaction
// has the write lock already, so nobody can release it meanwhile.
func fence(ctx context.Context, tx session, h *store.Held) (job int64, err error) {
	rows, err := tx.query(ctx, fenceSQL, packID(h.ID), h.Worker, int64(h.Token))
	if err := one(rows, err, &job); err != errNoRow {
		return job, err
	}
	var worker int64
	var beat any
	rows, err = tx.query(ctx, workerSQL, h.Worker)
	if err = one(rows, err, &worker, &beat); err == nil {
		var r *row
		if r, err = searchClaim(ctx, tx, worker, h.Claim); err == nil {
			return r.Seq, nil
		}
	}
	if err == errNoRow {
		err = store.ErrLost
	}
	return 0, err
}

// putStanding writes where the job stands once the transaction is in.
func putStanding(ctx context.Context, tx *sql.Tx, job int64, st store.Standing) error {
	var note any
	if st.Progress != nil {
		var j sqlstore.Job
		j.Stand(&store.Outcome{Progress: st.Progress})
		note = progressOf(&j.Progress)
	}
	// The writes are done; a context that ends now must not undo them.
	_, err := tx.ExecContext(context.WithoutCancel(ctx), commitStandingSQL, job, orNull(st.Cursor), int64(st.Seq), note)
	return err
}

// forever is the patience of Commit: that others write is no failure of the
// handler's item, so only its context ends the wait.
const forever = 100 * 365 * 24 * time.Hour

// alone runs fence and then fn in one transaction of database/sql, with nobody
// else's write in it. fence is its first statement and takes the lock.
func (w *writer) alone(ctx context.Context, fence, fn func(*sql.Tx) error) error {
	if err := w.own(ctx); err != nil {
		return err
	}
	defer w.pass()
	var tx *sql.Tx
	err := persist(ctx, forever, func() (err error) {
		if tx, err = w.tryTx(ctx); broken(err) {
			w.drop() // the connection was closed under us
			tx, err = w.tryTx(ctx)
		}
		if err != nil {
			return err
		}
		if err = fence(tx); err != nil {
			tx.Rollback()
		}
		return err
	})
	if err != nil {
		return err
	}
	defer tx.Rollback() // for a panic of fn; after Commit it does nothing
	if err := fn(tx); err != nil {
		return err
	}
	return sure(tx.Commit())
}

func (w *writer) tryTx(ctx context.Context) (*sql.Tx, error) {
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	if err := w.link.syncs(w.sync); err != nil {
		return nil, err
	}
	// Not under ctx: database/sql would roll back beside us when it ends.
	return w.link.conn.BeginTx(context.WithoutCancel(ctx), nil)
}

// sure marks an error of a COMMIT after which the transaction may be in.
func sure(err error) error {
	switch {
	case err == nil, errors.Is(err, sql.ErrTxDone):
		return err
	}
	switch code(err) {
	case codeBusy, codeConstraint, codeFull:
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnsure, err)
}
