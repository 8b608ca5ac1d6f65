package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// A link is the one connection that writes. Its statements stay prepared. Who
// holds the writer's turn owns it.
type link struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	sync  Synchronous // as it is set now

	// What the connection was set to before, to be put back when it returns to
	// a user's pool.
	wasTimeout, wasSync, wasPages int
}

// dial takes a connection from db and makes it a writer's: it never waits
// inside SQLite, since there no context ends the wait, and it syncs as told.
func dial(ctx context.Context, db *sql.DB, sync Synchronous) (*link, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn, stmts: map[string]*sql.Stmt{}}
	if err := l.set(ctx, sync); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

func (l *link) set(ctx context.Context, sync Synchronous) error {
	for text, was := range map[string]*int{
		"PRAGMA busy_timeout": &l.wasTimeout, "PRAGMA synchronous": &l.wasSync, "PRAGMA wal_autocheckpoint": &l.wasPages,
	} {
		if err := l.conn.QueryRowContext(ctx, text).Scan(was); err != nil {
			return err
		}
	}
	err := l.pragmas("PRAGMA busy_timeout = 0", fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", logPages))
	if err != nil {
		return err
	}
	return l.syncs(sync)
}

// logPages is how long the write-ahead log grows before a writer copies it into
// the database, in pages of 4 KiB. The longer, the more writes of one page become
// one, and the rarer a write has to wait for the copying; this is 16 MB.
const logPages = 4000

// syncs sets when commits are synced. SQLite takes it between transactions only,
// and when the statement is prepared, so it cannot be kept prepared.
func (l *link) syncs(sync Synchronous) error {
	if l.sync == sync {
		return nil
	}
	err := l.pragmas("PRAGMA synchronous = " + string(sync))
	if err == nil {
		l.sync = sync
	}
	return err
}

func (l *link) pragmas(texts ...string) error {
	for _, text := range texts {
		if _, err := l.conn.ExecContext(context.Background(), text); err != nil {
			return err
		}
	}
	return nil
}

// close puts the connection back into its pool as it was.
func (l *link) close() error {
	for _, s := range l.stmts {
		s.Close()
	}
	_ = l.pragmas(fmt.Sprintf("PRAGMA busy_timeout = %d", l.wasTimeout), fmt.Sprintf("PRAGMA synchronous = %d", l.wasSync),
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", l.wasPages))
	return l.conn.Close()
}

// discard closes the connection for good, whatever it is in the middle of.
func (l *link) discard() {
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	l.conn.Close()
}

// Statements under the turn run without the caller's context: they are short,
// and an interrupted one would take the transaction of others with it.

func (l *link) prepared(text string) (*sql.Stmt, error) {
	if s := l.stmts[text]; s != nil {
		return s, nil
	}
	s, err := l.conn.PrepareContext(context.Background(), text)
	if err == nil {
		l.stmts[text] = s
	}
	return s, err
}

func (l *link) exec(_ context.Context, text string, args ...any) (int64, error) {
	s, err := l.prepared(text)
	if err != nil {
		return 0, err
	}
	return changes(s.ExecContext(context.Background(), args...))
}

func (l *link) query(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := l.prepared(text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}

// do runs a statement that neither takes nor answers anything.
func (l *link) do(text string) error {
	_, err := l.exec(context.Background(), text)
	return err
}
