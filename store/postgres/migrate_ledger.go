package postgres

import (
	"context"
	"errors"

	"github.com/pressly/goose/v3/database"
)

// A ledger shows goose which steps ran when it was looked; each step looks again, under
// the lock. Its own text notes it, so that what a dry run prints is all that it does.
type ledger struct{ at int }

func (ledger) Tablename() string { return "schema" }

func (ledger) TableExists(context.Context, database.DBTxConn) (bool, error) { return true, nil }

func (ledger) Insert(context.Context, database.DBTxConn, database.InsertRequest) error { return nil }

func (l ledger) GetLatestVersion(context.Context, database.DBTxConn) (int64, error) {
	return int64(l.at), nil
}

// ListMigrations has the newest first, and 0 for the empty schema.
func (l ledger) ListMigrations(context.Context, database.DBTxConn) ([]*database.ListMigrationsResult, error) {
	var ran []*database.ListMigrationsResult
	for v := l.at; v >= 0; v-- {
		ran = append(ran, &database.ListMigrationsResult{Version: int64(v), IsApplied: true})
	}
	return ran, nil
}

// What follows serves ways back, which there are none of.

func (ledger) CreateVersionTable(context.Context, database.DBTxConn) error {
	return errors.ErrUnsupported
}

func (ledger) Delete(context.Context, database.DBTxConn, int64) error { return errors.ErrUnsupported }

func (ledger) GetMigration(context.Context, database.DBTxConn, int64) (*database.GetMigrationResult, error) {
	return nil, errors.ErrUnsupported
}
