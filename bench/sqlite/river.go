package main

import (
	"context"
	"database/sql"
	"net/url"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// peerRiver is River on its SQLite driver: WAL, synchronous FULL, and one
// connection, as the driver's documentation advises. The busy timeout is for the
// second process of one measurement.
type peerRiver struct {
	contestant.River[*sql.Tx]
	db *sql.DB
}

func openRiver(choice contestant.RiverChoice) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		set := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}}
		db, err := open("sqlite", "file:"+s.Path+"?"+set.Encode(), s.Statements)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		r := &peerRiver{db: db}
		r.Driver, r.RiverChoice = riversqlite.New(db), choice
		if err := r.Open(ctx); err != nil {
			db.Close()
			return nil, err
		}
		return r, nil
	}
}

func (r *peerRiver) Left(ctx context.Context) (n int, err error) {
	err = r.db.QueryRowContext(ctx, contestant.RiverLeft).Scan(&n)
	return n, err
}

func (r *peerRiver) Close() error { return r.db.Close() }
