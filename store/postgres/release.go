package postgres

import (
	"context"
	"encoding/json"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	releaseWorkerSQL = named("release_worker")
	releaseHeldSQL   = named("release_held")
	releaseCountSQL  = named("release_count")
	releaseForgetSQL = named("release_forget")
)

// releaseAtOnce is how many jobs one Release takes back.
const releaseAtOnce = 1000

// Release takes back what a dead worker held; see [store.Keeper]. It leaves out jobs
// whose rows are locked, by a Commit that is under way.
func (s *Store) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	var r releasing
	err := s.write(ctx, "release", func(t *tx) error {
		r = releasing{req: &req, tx: t}
		return r.run(ctx)
	})
	if err != nil {
		return store.ReleaseReply{}, err
	}
	s.bell.ring(r.queues...)
	return r.reply, nil
}

// releasing is one Release under way.
type releasing struct {
	req    *store.ReleaseRequest
	tx     *tx
	worker int32
	death  sqlstore.Death
	held   int
	c      changes
	queues []string
	reply  store.ReleaseReply
}

func (r *releasing) run(ctx context.Context) error {
	found, err := r.find(ctx)
	if err != nil || !found {
		return err
	}
	r.reply.Released = true
	err = r.tx.do(ctx,
		&call{query: releaseCountSQL, args: []any{r.worker}, row: func(row scanner) error { return row.Scan(&r.held) }},
		&call{query: releaseHeldSQL, args: []any{r.worker, releaseAtOnce}, row: r.one})
	if err != nil {
		return err
	}
	calls := r.c.calls()
	if r.reply.Left = r.held - len(r.reply.Jobs); r.reply.Left <= 0 {
		r.reply.Left = 0
		calls = append(calls, &call{query: releaseForgetSQL, args: []any{r.worker}})
	}
	return r.tx.finish(ctx, calls...)
}

// find locks the worker, if its beat is the one that was seen.
func (r *releasing) find(ctx context.Context) (found bool, err error) {
	var info string
	var beaten int64
	err = r.tx.do(ctx, &call{query: releaseWorkerSQL, args: []any{r.req.Worker, int64(r.req.Beat)},
		row: one(&found, &r.worker, &info, &beaten, &r.c.now)})
	if err != nil || !found {
		return false, err
	}
	w := store.Worker{State: store.Stopping} // of who cannot be understood, no death counts
	if json.Unmarshal([]byte(info), &w) != nil {
		w.State = store.Stopping
	}
	r.death = sqlstore.NewDeath(r.req, w.State, beaten, r.c.now)
	return true, nil
}

// one takes one job back.
func (r *releasing) one(row scanner) error {
	var last *string
	j, err := readJob(row, &last)
	if err != nil {
		return err
	}
	line, back := r.death.Release(j, raw(last))
	r.c.note(&line)
	r.c.put(j)
	r.queues = append(r.queues, j.Queue)
	r.reply.Jobs = append(r.reply.Jobs, back)
	return nil
}
