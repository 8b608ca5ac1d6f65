package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"

	"github.com/tasuki-jobs/tasuki/store"
)

// Store is a store in one SQLite file. Its methods may be called from any
// goroutine.
type Store struct {
	options Options
	db      *sql.DB
	owned   bool // Open made db, so Close closes it
	writer  *writer
	readers *readers
	file    file
	lookAt  int // the constant, but for tests
	ears    ears
	// fruitful: the last claim took something, or something came since, so the
	// next one need not look first.
	fruitful atomic.Bool
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Listener  = (*Store)(nil)
	_ store.Scheduler = (*Store)(nil)
	_ store.Marker    = (*Store)(nil)
)

// Features says what this store can do: everything.
func (s *Store) Features() store.Features {
	return store.Features{
		Name:     "sqlite",
		Priority: true, Cursor: true, Unique: true, Then: true, Keep: true, Journal: true,
		Kinds: true, Order: true, IDs: true,
		Tags: true, Tick: true, Weights: true, Pause: true, Cancel: true, Signal: true,
		Schedules: true, Marks: true,
		Remember: store.Remember, MaxPayload: s.options.MaxPayload, Commit: true,
	}
}

// DB is the database, for the application's own statements on the same file: a
// second SQLite library in one process would break the locks of the first.
// Connections wait BusyTimeout for their turn, and transactions begin
// IMMEDIATE, unless the database is one that New was given. Close closes it
// unless New was given it.
func (s *Store) DB() *sql.DB { return s.db }

// Close ends the store once the write under way has ended. Calls after it fail.
func (s *Store) Close() error {
	s.readers.close()
	s.writer.close()
	if !s.owned {
		return nil
	}
	return s.db.Close()
}

// stir tells who listens, and the next claim, that there may be work.
func (s *Store) stir() {
	s.fruitful.Store(true)
	s.ears.wake()
}

// now is the store's clock in microseconds of Unix time.
func (s *Store) now() int64 { return s.options.Clock().UnixMicro() }

// write runs do as a transaction; doing names it in errors.
func (s *Store) write(ctx context.Context, doing string, do func(session) error) error {
	if err := s.writer.write(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// writeLazy is write for claims and beats, which need not survive a power cut.
func (s *Store) writeLazy(ctx context.Context, doing string, do func(session) error) error {
	if err := s.writer.writeLazy(ctx, do); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// read runs do, again while the database is being recovered or closed by
// others.
func (s *Store) read(ctx context.Context, doing string, do func(session) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err := s.writer.retry(ctx, func() error { return do(s.readers) })
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

var readOnly = &sql.TxOptions{ReadOnly: true}

// snapshot is read for many statements that must see one moment.
func (s *Store) snapshot(ctx context.Context, doing string, do func(session) error) error {
	err := s.writer.retry(ctx, func() error {
		tx, err := s.db.BeginTx(ctx, readOnly)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return do(viewTx{tx, map[string]*sql.Stmt{}})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
