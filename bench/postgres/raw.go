package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store"
)

// raw is the floor: the fewest statements that add, claim and delete jobs, each a
// transaction of its own, prepared once. It promises nothing.
type raw struct {
	path  string
	shape shape
	pool  *pgxpool.Pool
	seq   atomic.Int64

	end    chan struct{}
	wg     sync.WaitGroup
	mu     sync.Mutex // owns failed
	failed error
}

// A shape is how jobs lie in tables.
type shape interface {
	// make makes the tables.
	make(ctx context.Context, path string) error
	statements() statements
	// one are the values of add for a job, many those of bulk for jobs.
	one(j *rawJobs) []any
	many(j *rawJobs) []any
}

// statements of a shape. claim: in: how many, a token; out: seq and arguments. drop: in:
// seqs.
type statements struct{ add, bulk, claim, drop, count, last string }

// rawJobs are jobs column by column.
type rawJobs struct {
	now  int64
	seqs []int64
	ids  []string
	args []string
}

const (
	rawBatch   = 100 // jobs claimed and deleted at once
	rawWorkers = 4   // connections that do
	rawConns   = 10  // connections at most
)

func openRaw(s shape) func(context.Context, harness.Setup) (harness.System, error) {
	return func(ctx context.Context, setup harness.Setup) (harness.System, error) {
		if err := s.make(ctx, setup.Path); err != nil {
			return nil, err
		}
		pool, err := openPool(ctx, setup, rawConns)
		if err != nil {
			return nil, err
		}
		r := &raw{path: setup.Path, shape: s, pool: pool, end: make(chan struct{})}
		var last int64
		if err := pool.QueryRow(ctx, s.statements().last).Scan(&last); err != nil {
			pool.Close()
			return nil, err
		}
		r.seq.Store(last)
		return r, nil
	}
}

func (r *raw) Enqueue(ctx context.Context, all []harness.Args) error {
	n := len(all)
	first := r.seq.Add(int64(n)) - int64(n) + 1
	j := &rawJobs{now: time.Now().UnixMicro(), seqs: make([]int64, n), ids: make([]string, n), args: make([]string, n)}
	for i := range all {
		text, err := json.Marshal(all[i])
		if err != nil {
			return err
		}
		j.seqs[i], j.ids[i], j.args[i] = first+int64(i), store.NewID(), string(text)
	}
	if n == 1 {
		_, err := r.pool.Exec(ctx, r.shape.statements().add, r.shape.one(j)...)
		return err
	}
	_, err := r.pool.Exec(ctx, r.shape.statements().bulk, r.shape.many(j)...)
	return err
}

// Start claims and deletes batches, a transaction each, until none is left.
func (r *raw) Start(ctx context.Context, _ int, do func(harness.Args)) error {
	for i := range rawWorkers {
		conn, err := r.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		r.wg.Go(func() {
			defer conn.Release()
			if err := r.work(ctx, conn.Conn(), int64(i), do); err != nil {
				r.mu.Lock()
				r.failed = errors.Join(r.failed, err)
				r.mu.Unlock()
			}
		})
	}
	return nil
}

func (r *raw) work(ctx context.Context, conn *pgx.Conn, token int64, do func(harness.Args)) error {
	for {
		select {
		case <-r.end:
			return nil
		default:
		}
		n, err := r.batch(ctx, conn, token, do)
		if n == 0 || err != nil {
			return err
		}
	}
}

func (r *raw) batch(ctx context.Context, conn *pgx.Conn, token int64, do func(harness.Args)) (int, error) {
	rows, err := conn.Query(ctx, r.shape.statements().claim, rawBatch, token)
	if err != nil {
		return 0, err
	}
	var seqs []int64
	var seq int64
	var text string
	_, err = pgx.ForEachRow(rows, []any{&seq, &text}, func() error {
		var a harness.Args
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			return err
		}
		do(a)
		seqs = append(seqs, seq)
		return nil
	})
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	_, err = conn.Exec(ctx, r.shape.statements().drop, seqs)
	return len(seqs), err
}

func (r *raw) Stop(context.Context) error {
	close(r.end)
	r.wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// Hold opens a transaction beside everything.
func (r *raw) Hold(ctx context.Context) (func() error, error) { return hold(ctx, r.path) }

func (r *raw) Left(ctx context.Context) (n int, err error) {
	err = r.pool.QueryRow(ctx, r.shape.statements().count).Scan(&n)
	return n, err
}

func (r *raw) Close() error {
	r.pool.Close()
	return nil
}
