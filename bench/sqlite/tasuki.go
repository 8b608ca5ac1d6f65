package main

import (
	"context"
	"errors"
	"net/url"

	_ "modernc.org/sqlite"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// openOurs opens tasuki on a SQLite file, with default settings but for Synchronous.
func openOurs(sync sqlite.Synchronous) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		if s.Statements == nil {
			st, err := sqlite.Open(ctx, s.Path, sqlite.Options{Synchronous: sync})
			if err != nil {
				return nil, err
			}
			return &contestant.Tasuki{Store: st, Shut: st.Close}, nil
		}
		db, err := open("sqlite", modernc(s.Path, string(sync)), s.Statements)
		if err != nil {
			return nil, err
		}
		st, err := sqlite.New(ctx, db, sqlite.Options{Synchronous: sync})
		if err != nil {
			db.Close()
			return nil, err
		}
		return &contestant.Tasuki{Store: st, Shut: func() error { return errors.Join(st.Close(), db.Close()) }}, nil
	}
}

// modernc names a file to the driver "sqlite".
func modernc(path, sync string) string {
	set := url.Values{"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(" + sync + ")"}}
	return "file:" + path + "?" + set.Encode()
}
