package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// raw is the floor: the fewest statements that add, claim and delete jobs, on
// one connection of the store's driver with the store's pragmas. It promises
// nothing.
type raw struct {
	shape shape
	db    *sql.DB
	conn  *sql.Conn

	mu    sync.Mutex // owns the connection and what follows
	stmts map[string]*sql.Stmt
	seq   int64

	end   chan struct{}
	ended chan error
}

// A shape is how jobs lie in tables.
type shape interface {
	make(ctx context.Context, path string) error
	// add inserts a job; a transaction is open.
	add(r *raw, j rawJob) error
	// claim marks a batch as running.
	claim(r *raw, token int64) ([]rawJob, error)
	drop(r *raw, jobs []rawJob) error
	count() string
	last() string
}

type rawJob struct {
	seq  int64
	id   []byte
	now  int64
	args string
}

// storeLog is how long the store lets the write-ahead log grow.
const storeLog = "&_pragma=wal_autocheckpoint(4000)"

// rawBatch is how many jobs are claimed and deleted at once.
const rawBatch = 100

func openRaw(s shape, synchronous sqlite.Synchronous) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, setup harness.Setup) (harness.System, error) {
		if err := s.make(ctx, setup.Path); err != nil {
			return nil, err
		}
		db, err := open("sqlite", modernc(setup.Path, string(synchronous))+storeLog, setup.Statements)
		if err != nil {
			return nil, err
		}
		r := &raw{shape: s, db: db, stmts: map[string]*sql.Stmt{}, end: make(chan struct{}), ended: make(chan error, 1)}
		if r.conn, err = db.Conn(ctx); err == nil {
			err = r.conn.QueryRowContext(ctx, s.last()).Scan(&r.seq)
		}
		if err != nil {
			db.Close()
			return nil, err
		}
		return r, nil
	}
}

func (r *raw) prepared(text string) (*sql.Stmt, error) {
	if s := r.stmts[text]; s != nil {
		return s, nil
	}
	s, err := r.conn.PrepareContext(context.Background(), text)
	if err == nil {
		r.stmts[text] = s
	}
	return s, err
}

func (r *raw) exec(text string, args ...any) error {
	s, err := r.prepared(text)
	if err == nil {
		_, err = s.Exec(args...)
	}
	return err
}

// query reads jobs: seq, id, args, and their order.
func (r *raw) query(text string, args ...any) (jobs []rawJob, err error) {
	s, err := r.prepared(text)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var j rawJob
		if err := rows.Scan(&j.seq, &j.id, &j.args, &j.now); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, rows.Err()
}

// write runs do as a transaction.
func (r *raw) write(do func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return errors.Join(err, r.exec("ROLLBACK"))
	}
	return r.exec("COMMIT")
}

// Enqueue inserts all in one transaction.
func (r *raw) Enqueue(_ context.Context, all []harness.Args) error {
	return r.write(func() error {
		now := time.Now().UnixMicro()
		for _, a := range all {
			args, err := json.Marshal(a)
			if err != nil {
				return err
			}
			r.seq++
			if err := r.shape.add(r, rawJob{seq: r.seq, id: bytesOf(store.NewID()), now: now, args: string(args)}); err != nil {
				return err
			}
		}
		return nil
	})
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

// Start claims and deletes batches, a transaction each, until none is left.
func (r *raw) Start(_ context.Context, _ int, do func(harness.Args)) error {
	go func() { r.ended <- r.work(do) }()
	return nil
}

func (r *raw) work(do func(harness.Args)) error {
	for token := int64(1); ; token++ {
		select {
		case <-r.end:
			return nil
		default:
		}
		n, err := r.batch(token, do)
		if err != nil {
			return err
		}
		if n == 0 {
			<-r.end
			return nil
		}
	}
}

func (r *raw) batch(token int64, do func(harness.Args)) (n int, err error) {
	var jobs []rawJob
	err = r.write(func() (err error) {
		jobs, err = r.shape.claim(r, token)
		return err
	})
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	if len(jobs) != rawBatch {
		return 0, errors.New("the queue's length is no multiple of the batch")
	}
	for i := range jobs {
		var a harness.Args
		if err := json.Unmarshal([]byte(jobs[i].args), &a); err != nil {
			return 0, err
		}
		do(a)
	}
	return len(jobs), r.write(func() error { return r.shape.drop(r, jobs) })
}

func (r *raw) Stop(context.Context) error {
	close(r.end)
	return <-r.ended
}

func (r *raw) Left(ctx context.Context) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	err = r.conn.QueryRowContext(ctx, r.shape.count()).Scan(&n)
	return n, err
}

func (r *raw) Close() error {
	for _, s := range r.stmts {
		s.Close() // an open one would keep the write-ahead log alive
	}
	r.conn.Close()
	return r.db.Close()
}

// seqs are the numbers of a batch, for a statement that ends in bySeq.
func seqs(jobs []rawJob) []any {
	all := make([]any, len(jobs))
	for i := range jobs {
		all[i] = jobs[i].seq
	}
	return all
}

var bySeq = "seq IN (" + strings.Repeat(", ?", rawBatch)[2:] + ")"
