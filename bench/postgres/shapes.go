package main

import (
	"context"
	_ "embed"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/store/postgres"
)

// The statements of the floors, in files of their own.
var (
	//go:embed queries/store_add.sql
	storeAdd string
	//go:embed queries/store_bulk.sql
	storeBulk string
	//go:embed queries/store_claim.sql
	storeClaim string
	//go:embed queries/store_drop.sql
	storeDrop string

	//go:embed queries/plain_table.sql
	plainTable string
	//go:embed queries/plain_add.sql
	plainAdd string
	//go:embed queries/plain_bulk.sql
	plainBulk string
	//go:embed queries/plain_claim.sql
	plainClaim string
	//go:embed queries/plain_drop.sql
	plainDrop string
)

// storeShape is the schema of store/postgres, with one lane, as the store fills it: what
// raw works off is what the store enqueued.
type storeShape struct{}

// make lets the store make its tables, and the lane if the store has not.
func (storeShape) make(ctx context.Context, path string) error {
	st, err := postgres.Open(ctx, path, postgres.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.Pool().Exec(ctx, `INSERT INTO tasuki.lanes (queue, kind, format) VALUES ('default', 'noop', 1) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	var right bool
	err = st.Pool().QueryRow(ctx, `SELECT count(*) = 1 AND min(lane) = 1 FROM tasuki.lanes`).Scan(&right)
	if err == nil && !right {
		err = errors.New("the floor knows one lane")
	}
	return err
}

func (storeShape) statements() statements {
	return statements{add: storeAdd, bulk: storeBulk, claim: storeClaim, drop: storeDrop,
		count: `SELECT count(*) FROM tasuki.jobs`, last: `SELECT coalesce(max(seq), 0) FROM tasuki.jobs`}
}
func (storeShape) one(j *rawJobs) []any  { return []any{j.seqs[0], j.ids[0], j.now, j.args[0]} }
func (storeShape) many(j *rawJobs) []any { return []any{j.seqs, j.ids, j.now, j.args} }

// plainShape is one table with the least that a queue needs, for comparison with what
// the store's own schema costs.
type plainShape struct{}

func (plainShape) make(ctx context.Context, path string) error {
	conn, err := pgx.Connect(ctx, path)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, plainTable)
	return err
}

func (plainShape) statements() statements {
	return statements{add: plainAdd, bulk: plainBulk, claim: plainClaim, drop: plainDrop,
		count: `SELECT count(*) FROM plain`, last: `SELECT coalesce(max(seq), 0) FROM plain`}
}
func (plainShape) one(j *rawJobs) []any  { return []any{j.seqs[0], j.args[0]} }
func (plainShape) many(j *rawJobs) []any { return []any{j.seqs, j.args} }
