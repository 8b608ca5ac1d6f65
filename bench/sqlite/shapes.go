package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// storeShape is the schema of store/sqlite, with one lane, as the store fills
// it: what raw works off is what the store enqueued.
type storeShape struct{}

const (
	storeID    = `INSERT INTO tasuki_ids (id, seq) VALUES (?, ?)`
	storeJob   = `INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, trail, args) VALUES (?, ?, 1, 2, 0, ?, ?, 0, ?)`
	storeReady = `INSERT INTO tasuki_ready (lane, priority, ord, seq) VALUES (1, 0, ?, ?)`
	storePick  = `SELECT j.seq, j.id, j.args, p.ord FROM
		(SELECT seq, ord FROM tasuki_ready WHERE lane = 1 ORDER BY priority, ord, seq LIMIT 100) p
		CROSS JOIN tasuki_jobs j ON j.seq = p.seq`
	storeRun = `INSERT INTO tasuki_running (worker, seq, token, claimed, beat)
		SELECT 1, seq, ?, 0, 0 FROM tasuki_ready WHERE lane = 1 AND (priority, ord, seq) <= (0, ?, ?)`
	storeLeave = `DELETE FROM tasuki_ready WHERE lane = 1 AND (priority, ord, seq) <= (0, ?, ?)`
)

var (
	storeEnd  = `DELETE FROM tasuki_running WHERE worker = 1 AND ` + bySeq
	storeDrop = `DELETE FROM tasuki_jobs WHERE ` + bySeq
)

// make lets the store make its tables, and the lane if the store has not.
func (storeShape) make(ctx context.Context, path string) error {
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	var lanes, first int
	if err := st.DB().QueryRowContext(ctx, `SELECT count(*), coalesce(min(lane), 1) FROM tasuki_lanes`).Scan(&lanes, &first); err != nil {
		return err
	}
	if lanes > 1 || first != 1 {
		return errors.New("the floor knows one lane")
	}
	_, err = st.DB().ExecContext(ctx, `INSERT INTO tasuki_lanes (lane, queue, kind, format) VALUES (1, 'default', 'noop', 1)
		ON CONFLICT DO NOTHING`)
	return err
}

func (storeShape) add(r *raw, j rawJob) error {
	if err := r.exec(storeID, j.id, j.seq); err != nil {
		return err
	}
	if err := r.exec(storeJob, j.seq, j.id, j.now, j.now, j.args); err != nil {
		return err
	}
	return r.exec(storeReady, j.now, j.seq)
}

func (storeShape) claim(r *raw, token int64) ([]rawJob, error) {
	jobs, err := r.query(storePick)
	if err != nil || len(jobs) == 0 {
		return nil, err
	}
	last := jobs[len(jobs)-1]
	if err := r.exec(storeRun, token, last.now, last.seq); err != nil {
		return nil, err
	}
	return jobs, r.exec(storeLeave, last.now, last.seq)
}

func (storeShape) drop(r *raw, jobs []rawJob) error {
	all := seqs(jobs)
	if err := r.exec(storeEnd, all...); err != nil {
		return err
	}
	return r.exec(storeDrop, all...)
}

func (storeShape) count() string { return `SELECT count(*) FROM tasuki_jobs` }
func (storeShape) last() string  { return `SELECT coalesce(max(seq), 0) FROM tasuki_jobs` }

// plainShape is one table with what any job queue needs, for comparison with
// what the store's own schema costs.
type plainShape struct{}

const (
	plainTable = `CREATE TABLE IF NOT EXISTS plain (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
		state INTEGER NOT NULL, ord INTEGER NOT NULL, token INTEGER, args TEXT)`
	plainIndex = `CREATE INDEX IF NOT EXISTS plain_ready ON plain (ord, seq) WHERE state = 2`
	plainAdd   = `INSERT INTO plain (seq, id, state, ord, args) VALUES (?, ?, 2, ?, ?)`
	plainClaim = `UPDATE plain SET state = 3, token = ?
		WHERE seq IN (SELECT seq FROM plain WHERE state = 2 ORDER BY ord, seq LIMIT 100)
		RETURNING seq, id, args, ord`
)

var plainDrop = `DELETE FROM plain WHERE ` + bySeq

func (plainShape) make(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", modernc(path, "FULL"))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, plainTable); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, plainIndex)
	return err
}

func (plainShape) add(r *raw, j rawJob) error { return r.exec(plainAdd, j.seq, j.id, j.now, j.args) }
func (plainShape) claim(r *raw, token int64) ([]rawJob, error) {
	return r.query(plainClaim, token)
}
func (plainShape) drop(r *raw, jobs []rawJob) error { return r.exec(plainDrop, seqs(jobs)...) }
func (plainShape) count() string                    { return `SELECT count(*) FROM plain` }
func (plainShape) last() string                     { return `SELECT coalesce(max(seq), 0) FROM plain` }
