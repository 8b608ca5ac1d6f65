package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// raw is the floor: the fewest plain statements on the schema of store/sqlite,
// with its driver and its pragmas, on one connection. It promises nothing.
type raw struct {
	db       *sql.DB
	remember bool // also keep the ids of what was deleted, as the store must

	insert, claim, forget *sql.Stmt
	ids                   *sql.Stmt
	seq                   atomic.Int64
	end                   chan struct{}
	ended                 chan error
}

const rawBatch = 100

const (
	rawInsert = `INSERT INTO tasuki_jobs (seq, id, lane, state, priority, ord, created, args, trail)
		VALUES (?, ?, 1, 2, 0, ?, ?, ?, 0)`
	rawClaim = `UPDATE tasuki_jobs SET state = 3, worker = 1, token = ?, claimed = ?, beat = 1
		WHERE seq IN (SELECT seq FROM tasuki_jobs WHERE state = 2 AND lane = 1 ORDER BY priority, ord LIMIT 100)
		RETURNING seq, id, args`
	rawDelete = `DELETE FROM tasuki_jobs WHERE seq IN (`
	rawIDs    = `INSERT INTO tasuki_ids (id, at) SELECT id, ? FROM tasuki_jobs WHERE seq IN (`
)

func openRaw(synchronous sqlite.Synchronous, remember bool) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, s harness.Setup) (harness.System, error) {
		if err := migrated(ctx, s.Path); err != nil {
			return nil, err
		}
		db, err := open("sqlite", modernc(s.Path, string(synchronous)), s.Statements)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		r := &raw{db: db, remember: remember, end: make(chan struct{}), ended: make(chan error, 1)}
		if err := r.prepare(ctx); err != nil {
			db.Close()
			return nil, err
		}
		return r, nil
	}
}

// migrated lets the store make its schema and the lane that raw uses.
func migrated(ctx context.Context, path string) error {
	st, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	return st.Close()
}

func (r *raw) prepare(ctx context.Context) (err error) {
	if _, err = r.db.ExecContext(ctx, `INSERT INTO tasuki_lanes (queue, kind, format) VALUES ('default', 'noop', 1)
		ON CONFLICT DO NOTHING`); err != nil {
		return err
	}
	var last int64
	if err = r.db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM tasuki_jobs`).Scan(&last); err != nil {
		return err
	}
	r.seq.Store(last)
	hundred := strings.Repeat(", ?", rawBatch)[2:] + ")"
	for text, stmt := range map[string]**sql.Stmt{
		rawInsert: &r.insert, rawClaim: &r.claim, rawDelete + hundred: &r.forget, rawIDs + hundred: &r.ids,
	} {
		if *stmt, err = r.db.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// Enqueue inserts one job in a transaction of its own, several in one.
func (r *raw) Enqueue(ctx context.Context, all []harness.Args) error {
	if len(all) == 1 {
		return r.add(ctx, r.insert, all[0])
	}
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert := tx.StmtContext(ctx, r.insert)
	for _, a := range all {
		if err := r.add(ctx, insert, a); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (r *raw) add(ctx context.Context, insert *sql.Stmt, a harness.Args) error {
	args, err := json.Marshal(a)
	if err != nil {
		return err
	}
	now := time.Now().UnixMicro()
	_, err = insert.ExecContext(ctx, r.seq.Add(1), bytesOf(store.NewID()), now, now, string(args))
	return err
}

// bytesOf are the 16 bytes of a UUID.
func bytesOf(id string) []byte {
	b := make([]byte, 0, 16)
	for i := 0; i < len(id); i += 2 {
		if id[i] == '-' {
			i++
		}
		b = append(b, nibble(id[i])<<4|nibble(id[i+1]))
	}
	return b
}

func nibble(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// Start claims and deletes batches of a hundred, a transaction each, until there
// is not a whole one left.
func (r *raw) Start(ctx context.Context, _ int, do func(harness.Args)) error {
	go func() { r.ended <- r.work(ctx, do) }()
	return nil
}

func (r *raw) work(ctx context.Context, do func(harness.Args)) error {
	for token := int64(1); ; token++ {
		select {
		case <-r.end:
			return nil
		default:
		}
		seqs, err := r.take(ctx, token, do)
		if err != nil {
			return err
		}
		if len(seqs) == 0 {
			<-r.end
			return nil
		}
		if err := r.drop(ctx, seqs); err != nil {
			return err
		}
	}
}

func (r *raw) take(ctx context.Context, token int64, do func(harness.Args)) (seqs []any, err error) {
	rows, err := r.claim.QueryContext(ctx, token, time.Now().UnixMicro())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var taken []harness.Args
	for rows.Next() {
		var seq int64
		var id, text []byte
		var a harness.Args
		if err := rows.Scan(&seq, &id, &text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &a); err != nil {
			return nil, err
		}
		seqs, taken = append(seqs, seq), append(taken, a)
	}
	for _, a := range taken {
		do(a)
	}
	if n := len(seqs); n != 0 && n != rawBatch {
		return nil, errors.New("the queue's length is no multiple of the batch")
	}
	return seqs, rows.Err()
}

func (r *raw) drop(ctx context.Context, seqs []any) error {
	if !r.remember {
		_, err := r.forget.ExecContext(ctx, seqs...)
		return err
	}
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.StmtContext(ctx, r.ids).ExecContext(ctx, append([]any{time.Now().UnixMicro()}, seqs...)...); err != nil {
		return err
	}
	if _, err := tx.StmtContext(ctx, r.forget).ExecContext(ctx, seqs...); err != nil {
		return err
	}
	return tx.Commit()
}

func (r *raw) Stop(context.Context) error {
	close(r.end)
	return <-r.ended
}

func (r *raw) Left(ctx context.Context) (n int, err error) {
	err = r.db.QueryRowContext(ctx, `SELECT count(*) FROM tasuki_jobs`).Scan(&n)
	return n, err
}

func (r *raw) Close() error { return r.db.Close() }
