package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// The writer lets one call of this process write at a time. Calls that wait for
// their turn are written together by the one that gets it: one transaction, one
// sync, a savepoint each, so that one's failure does not touch the others.
type writer struct {
	db       *sql.DB
	sync     Synchronous
	patience time.Duration

	turn chan struct{} // holds one token while somebody writes
	link *link         // owned by who has the turn; nil: not connected

	mu      sync.Mutex // owns waiting and closed
	waiting []*write
	closed  bool
}

// errClosed is the answer to who writes after Close.
var errClosed = errors.New("the store is closed")

// A write is one call's part of a transaction.
type write struct {
	do   func(session) error
	lazy bool          // need not be on disk; see Options.Synchronous
	err  error         // read after done is closed
	done chan struct{} // closed once do is committed or has failed
}

func newWriter(db *sql.DB, o *Options) *writer {
	return &writer{db: db, sync: o.Synchronous, patience: o.BusyTimeout, turn: make(chan struct{}, 1)}
}

// write runs do in a transaction that nobody else writes beside, and answers
// once it is committed. do may run a while after ctx ended, but does not begin
// then.
func (w *writer) write(ctx context.Context, do func(session) error) error {
	return w.submit(ctx, &write{do: do, done: make(chan struct{})})
}

// writeLazy is write for what needs no sync.
func (w *writer) writeLazy(ctx context.Context, do func(session) error) error {
	return w.submit(ctx, &write{do: do, lazy: true, done: make(chan struct{})})
}

func (w *writer) submit(ctx context.Context, me *write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.wait(me); err != nil {
		return err
	}
	got, err := w.await(ctx, me)
	if err != nil {
		return err
	}
	if got {
		defer w.pass()
		w.lead(ctx, me)
	}
	return me.err
}

func (w *writer) wait(me *write) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	w.waiting = append(w.waiting, me)
	return nil
}

// await waits for the turn (got) or until somebody else wrote me.
func (w *writer) await(ctx context.Context, me *write) (got bool, err error) {
	select {
	case w.turn <- struct{}{}:
		return true, nil
	default:
	}
	timer := time.NewTimer(w.patience)
	defer timer.Stop()
	select {
	case w.turn <- struct{}{}:
		return true, nil
	case <-me.done:
		return false, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = w.noTurn()
	}
	if w.withdraw(me) {
		return false, err
	}
	<-me.done
	return false, nil
}

// own waits for the turn, as long as ctx lets it, and keeps it.
func (w *writer) own(ctx context.Context) error {
	select {
	case w.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) noTurn() error { return fmt.Errorf("no turn to write in %v", w.patience) }

// withdraw takes me out of the waiting, unless it is being written already.
func (w *writer) withdraw(me *write) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, me)
	if i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	}
	return i >= 0
}

// lazy says whether none of those that wait need a sync.
func (w *writer) lazy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !slices.ContainsFunc(w.waiting, func(one *write) bool { return !one.lazy })
}

// take takes those that wait into a transaction; a lazy one takes the lazy.
func (w *writer) take(lazy bool) (all []*write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rest []*write
	for _, one := range w.waiting {
		if lazy && !one.lazy {
			rest = append(rest, one)
		} else {
			all = append(all, one)
		}
	}
	w.waiting = rest
	return all
}

// pass gives the turn to the next.
func (w *writer) pass() { <-w.turn }

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

// close ends writing once the write under way has ended.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.turn <- struct{}{}
	defer w.pass()
	if w.link != nil {
		w.link.close()
		w.link = nil
	}
}
