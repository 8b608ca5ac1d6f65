package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// wakePace is how far apart wakes by other processes are at least.
	wakePace = 5 * time.Millisecond
	// A commit shows a while after its bytes do: the sync lies between. It is
	// looked for again after a quarter of the time it has taken so far, so that
	// it is noticed late by no more than that, first after lookSoon, and given up
	// after lookLong. (The last bytes of a commit that was seen already look like
	// the first of another, so that this is what every commit costs its
	// listeners: some forty looks.)
	lookSoon = 500 * time.Microsecond
	lookLong = 10 * time.Second
	// pollPace is how often is looked where the file cannot be watched.
	pollPace = 10 * time.Millisecond
)

// Listen calls wake soon after jobs may have become claimable; see
// [store.Listener]. queues are not looked at.
//
// What this store itself commits wakes at once. What others commit, other
// processes and the application's own transactions, is seen by watching the
// write-ahead log, which every commit writes to (inotify and its like), and by
// SQLite's data_version, which says whether a commit is in. Where the log cannot
// be watched, data_version is read every 10 ms. Listen keeps one connection for
// itself.
func (s *Store) Listen(ctx context.Context, _ []string, wake func()) error {
	if err := s.listen(ctx, wake); err != nil && ctx.Err() == nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

func (s *Store) listen(ctx context.Context, wake func()) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	l := &listening{conn: conn, wake: wake}
	if err := l.watch(s.file.path + "-wal"); err == nil {
		defer l.watcher.Close()
	}
	ear := s.ears.open()
	defer s.ears.close(ear)
	return l.run(ctx, ear)
}

// listening is one Listen under way; its goroutine owns it.
type listening struct {
	conn    *sql.Conn
	wake    func()
	watcher *fsnotify.Watcher // nil: the log cannot be watched
	events  chan fsnotify.Event
	errors  chan error

	version int64     // of the data, when it was looked at last
	since   time.Time // when a commit that is not in was first seen; zero: none
}

// watch has the log watched. The log, not its directory: some systems' watchers
// open what they watch, and closing a descriptor of the database itself would
// drop its locks.
func (l *listening) watch(log string) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	if err := w.Add(log); err != nil {
		w.Close()
		return err
	}
	l.watcher, l.events, l.errors = w, w.Events, w.Errors
	return nil
}

// run wakes until ctx ends. While hold runs events are not taken, so that the
// kernel makes one of many.
func (l *listening) run(ctx context.Context, ear <-chan struct{}) error {
	if _, err := l.look(ctx); err != nil {
		return err
	}
	l.wake()
	hold := time.NewTimer(pollPace)
	defer hold.Stop()
	holding := l.watcher == nil
	for {
		events, errors := l.events, l.errors
		if holding {
			events, errors = nil, nil
		}
		stirred := false
		select {
		case <-ctx.Done():
			return nil
		case <-ear:
			l.wake()
			continue
		case <-events:
			stirred = true
		case <-errors: // too many events for the kernel: something was written
			stirred = true
		case <-hold.C:
		}
		pause, err := l.step(ctx, stirred)
		if err != nil {
			return err
		}
		holding = pause > 0
		if holding {
			hold.Reset(pause)
		}
	}
}

// step looks, wakes if a commit is in, and says how long to look at no events;
// 0: wait for one.
func (l *listening) step(ctx context.Context, stirred bool) (time.Duration, error) {
	if l.watcher != nil && !stirred && l.since.IsZero() {
		return 0, nil // the pace after a wake is over
	}
	changed, err := l.look(ctx)
	switch {
	case err != nil:
		return 0, err
	case changed:
		l.wake()
		l.since = time.Time{}
		return wakePace, nil
	case l.watcher == nil:
		return pollPace, nil
	}
	if l.since.IsZero() {
		l.since = time.Now()
	}
	taken := time.Since(l.since)
	if taken > lookLong {
		l.since = time.Time{}
		return 0, nil
	}
	return max(taken/4, lookSoon), nil
}

// look says whether anybody committed since the last look.
func (l *listening) look(ctx context.Context) (changed bool, err error) {
	var version int64
	err = l.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version)
	if busy(err) {
		return false, nil // being recovered or closed by others; the next look tells
	}
	changed, l.version = version != l.version, version
	return changed, err
}
