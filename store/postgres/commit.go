package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	fenceSQL          = named("fence")
	commitStandingSQL = named("commit_standing")
	xactStatusSQL     = named("xact_status")
)

// EnqueueTx puts jobs into a transaction that the caller began, in the database of
// this store; they are there once it is committed, and workers are woken then. Jobs
// are judged as Enqueue judges them, but whether one was Known, a Duplicate or Passed
// is not said.
//
// A unique key, and the tick of a schedule, are locked until the transaction ends:
// others who enqueue the same wait for that. In a transaction of more than READ
// COMMITTED the server may ask for it to be begun anew (40001, 23505).
func (s *Store) EnqueueTx(ctx context.Context, tx pgx.Tx, jobs ...store.Job) error {
	user := ""
	if c := tx.Conn(); c != nil {
		user = c.Config().User
	}
	return s.enqueueTx(ctx, native{tx, s.text}, user, jobs)
}

// enqueueTx is EnqueueTx in a transaction of this user, if that is known.
func (s *Store) enqueueTx(ctx context.Context, in session, user string, jobs []store.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := sqlstore.CheckJobs(jobs, s.options.MaxPayload); err != nil {
		return err
	}
	d := s.inUsers(in)
	if err := d.admit(ctx, jobs); err != nil {
		return fmt.Errorf("enqueue: %w", advised(err, s.hintInUsers(err, user)))
	}
	if d.xact != "" {
		s.bell.await(d.xact, queuesOf(jobs))
	}
	return nil
}

// Commit runs fn in a transaction that holds only if the job in hand is still this
// worker's: the claim is checked first, by a lock on the job's row, and where the job
// stands once the item in hand is done is written with what fn writes. It is for
// handlers; ctx is the one that the function of the item or the step got, or the
// handler's where there is neither. A Commit ends its item: let it be its last act.
//
// If the claim is lost it answers store.ErrLost and fn is not called. An error or a
// panic of fn undoes everything. A second Commit for one item of Each, or one inside
// a Step (which has StepTx for that), answers store.ErrNoItem. If the connection
// breaks while the transaction commits the server is asked what became of it; if that
// cannot be known the error is store.ErrUnsure.
//
// That the server cannot be reached when the transaction begins is no failure of the
// handler: Commit tries again as long as ctx lets it.
func (s *Store) Commit(ctx context.Context, fn func(pgx.Tx) error) error {
	var tx pgx.Tx
	begin := func(ctx context.Context) (u userTx, err error) {
		tx, err = s.app.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
		if err != nil {
			return u, err
		}
		rollback := func() {
			ctx, cancel := s.last(ctx)
			defer cancel()
			tx.Rollback(ctx) // after the commit it does nothing
		}
		return userTx{native{tx, s.text}, tx.Commit, rollback}, nil
	}
	return s.commit(ctx, begin, func() error { return fn(tx) })
}

// A userTx is a transaction of Commit.
type userTx struct {
	session
	commit   func(context.Context) error
	rollback func()
}

// commitPatience bounds the last statements of a Commit: they are not given up with
// the handler's context, since its writes are done.
const commitPatience = 30 * time.Second

// last is the context of the last statements of a Commit.
func (s *Store) last(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.patience)
}

func (s *Store) commit(ctx context.Context, begin func(context.Context) (userTx, error), fn func() error) error {
	h := store.HeldFrom(ctx)
	if h == nil {
		return fmt.Errorf("commit: the context carries no job; Commit is for handlers: %w", store.ErrInvalid)
	}
	err := h.Commit(func(stand func() (store.Standing, error)) error {
		c := committing{store: s, held: h, stand: stand}
		err := c.run(ctx, begin, fn)
		if errors.Is(err, store.ErrUnsure) {
			return c.decide(ctx, err)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("commit of job %s: %w", h.ID, err)
	}
	return nil
}

// committing is one Commit under way.
type committing struct {
	store *Store
	held  *store.Held
	stand func() (store.Standing, error)
	seq   int64
	xact  string
}

func (c *committing) run(ctx context.Context, begin func(context.Context) (userTx, error), fn func() error) error {
	tx, err := c.begin(ctx, begin)
	if err != nil {
		return err
	}
	defer tx.rollback() // for errors and panics
	if err := c.held.Inside(fn); err != nil {
		return err
	}
	ctx, cancel := c.store.last(ctx)
	defer cancel()
	if err := c.finish(ctx, tx); err != nil {
		return err
	}
	return sure(tx.commit(ctx))
}

// begin begins and checks the claim, again as long as the server cannot be reached.
func (c *committing) begin(ctx context.Context, begin func(context.Context) (userTx, error)) (userTx, error) {
	for pause := againSoon; ; pause = min(2*pause, time.Second) {
		tx, err := begin(ctx)
		if err == nil {
			if err = c.fence(ctx, tx); err == nil {
				return tx, nil
			}
			tx.rollback()
		}
		if code(err) == codeReadOnly {
			c.store.reset() // the next connections find the server that writes
		}
		if !unreachable(err) || !loop.Rest(ctx, pause) {
			return userTx{}, err
		}
	}
}

// fence answers store.ErrLost if the claim is lost. It locks the job's row, so nobody
// can release it meanwhile.
func (c *committing) fence(ctx context.Context, in session) error {
	found := false
	err := in.do(ctx, &call{query: fenceSQL, args: []any{c.held.ID, c.held.Worker, int64(c.held.Token)}, row: one(&found, &c.seq, &c.xact)})
	if err == nil && !found {
		err = store.ErrLost
	}
	return err
}

// finish writes where the job stands once the transaction is in.
func (c *committing) finish(ctx context.Context, in session) error {
	if c.stand == nil {
		return nil
	}
	st, err := c.stand()
	if err != nil {
		return err
	}
	var j sqlstore.Job
	j.Stand(&store.Outcome{Progress: st.Progress})
	var progress *string
	if st.Progress != nil {
		p := sqlstore.JSON(&j.Progress)
		progress = &p
	}
	return in.do(ctx, &call{query: commitStandingSQL, args: []any{c.seq, orNone(st.Cursor), progress, int64(st.Seq)}})
}

// decide asks the server what became of a transaction whose COMMIT was not answered.
func (c *committing) decide(ctx context.Context, unsure error) error {
	ctx, cancel := c.store.last(ctx)
	defer cancel()
	for pause := askSoon; loop.Rest(ctx, pause); pause = min(2*pause, time.Second) {
		var status string
		err := c.store.once(ctx, "commit", &call{query: xactStatusSQL, args: []any{c.xact}, row: func(r scanner) error { return r.Scan(&status) }})
		switch {
		case err != nil || status == "in progress":
		case status == "committed":
			return nil
		case status == "aborted":
			return fmt.Errorf("the connection broke and the server undid it")
		default:
			return unsure
		}
	}
	return unsure
}

// sure marks an error of a COMMIT after which the transaction may be in. A server that
// lives on says what it undid; one that ends the session, and a pooler that lost its
// server, need not know.
func sure(err error) error {
	var answered *pgconn.PgError
	if err == nil || errors.Is(err, pgx.ErrTxClosed) || errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	if errors.As(err, &answered) && cmp.Or(answered.SeverityUnlocalized, answered.Severity) == "ERROR" && answered.Code != codeUnknown {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnsure, err)
}
