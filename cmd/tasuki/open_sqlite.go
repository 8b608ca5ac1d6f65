package main

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A sqliteFile is the path of an embedded store.
type sqliteFile string

func (path sqliteFile) open(ctx context.Context, make bool) (*openStore, error) {
	st, err := sqlite.Open(ctx, string(path), sqlite.Options{NoMigrate: !make})
	if err != nil {
		return nil, unavailable(err)
	}
	return &openStore{Store: st, close: st.Close}, nil
}

func (path sqliteFile) migrate(ctx context.Context, dryRun bool) ([]step, error) {
	missing, err := sqlite.Migrate(ctx, string(path), dryRun)
	if err != nil {
		return nil, unavailable(err)
	}
	steps := []step{}
	for _, m := range missing {
		steps = append(steps, step{Version: m.Version, Name: m.Name, SQL: m.SQL})
	}
	return steps, nil
}

func unavailable(err error) error {
	return &fault{doing: "opening the store", why: err, code: exitUnavailable}
}
