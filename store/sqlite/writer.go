package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
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
