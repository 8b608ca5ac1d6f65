package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A sqliteFile is the path of an embedded store.
type sqliteFile string

func (path sqliteFile) open(ctx context.Context, make bool) (*openStore, error) {
	if !make {
		if err := path.isStore(ctx); err != nil {
			return nil, err
		}
	}
	st, err := sqlite.Open(ctx, string(path), sqlite.Options{NoMigrate: !make})
	if err != nil {
		return nil, unavailable(err)
	}
	return &openStore{Store: st, close: st.Close}, nil
}

// isStore is an error unless the file is there and has our schema. Opening it
// would make a missing file, and turn a database of others to WAL; this changes
// nothing.
func (path sqliteFile) isStore(ctx context.Context) error {
	if _, err := os.Stat(string(path)); errors.Is(err, fs.ErrNotExist) {
		return &fault{doing: "opening the store", why: fmt.Errorf("there is no file %s", string(path)), code: exitUnavailable,
			hint: "check the path; `tasuki migrate` makes a new store there"}
	}
	missing, err := sqlite.Migrate(ctx, string(path), true)
	switch {
	case err != nil:
		return unavailable(err)
	case len(missing) > 0:
		return &fault{doing: "opening the store", why: fmt.Errorf("%s has no tasuki schema, or an older one", string(path)), code: exitUnavailable,
			hint: "check the path; `tasuki migrate` brings the schema up to date"}
	}
	return nil
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
