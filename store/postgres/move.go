package postgres

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var reviveSQL = named("move_revive")

// moveAtOnce is how many jobs one transaction of Move moves.
const moveAtOnce = 500

// keyWait is how many milliseconds a transaction that many depend on waits for a
// unique key.
const keyWait = "50"

// Move brings the selected jobs to another state; see [store.Admin]. Many jobs are
// moved in several transactions.
func (s *Store) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	through := func(t *table) func() (int, error) {
		return func() (int, error) { return s.moveAll(ctx, &req, t) }
	}
	live := &waitingTable
	if req.To == store.Cancelled {
		live = &liveTable // running jobs are told
	}
	return sqlstore.Moves(&req, through(live), through(&endedTable))
}

// moveAll moves step by step, the newest first: what is enqueued meanwhile is newer
// and left out. Jobs are looked for without locks, and looked at again with them. What
// somebody else holds is left for the end, when there is nothing else to be held up.
func (s *Store) moveAll(ctx context.Context, req *store.MoveRequest, t *table) (moved int, err error) {
	var held []int64
	for upTo := int64(math.MaxInt64); ; {
		m := moving{store: s, req: req, table: t, upTo: upTo}
		err := m.run(ctx, m.some)
		switch {
		case code(err) == codeLocked:
			held = append(held, m.seqs...)
		case err != nil:
			return moved, err
		}
		moved, held = moved+m.moved, append(held, m.held...)
		if len(m.seqs) < moveAtOnce {
			break
		}
		upTo = m.seqs[len(m.seqs)-1] - 1
	}
	n, err := s.moveHeld(ctx, req, t, held)
	return moved + n, err
}

// moveHeld moves jobs that somebody else held, a Commit that is under way or whoever
// wants their unique keys. Each is waited for in a transaction of its own, which holds
// nothing that others wait for.
func (s *Store) moveHeld(ctx context.Context, req *store.MoveRequest, t *table, held []int64) (moved int, err error) {
	for _, seq := range held {
		m := moving{store: s, req: req, table: t, upTo: seq, seqs: []int64{seq}}
		if err := m.run(ctx, m.alone); err != nil {
			return moved, err
		}
		moved += m.moved
	}
	return moved, nil
}

// moving is one transaction of Move through one of the tables.
type moving struct {
	store  *Store
	req    *store.MoveRequest
	table  *table
	upTo   int64
	seqs   []int64 // that are selected
	skip   bool    // what is held is left out
	held   []int64 // those left out
	c      changes
	revive []revival
	queues []string
	moved  int
}

// run runs the transaction, in which nothing is moved if it fails.
func (m *moving) run(ctx context.Context, do func(context.Context, *tx) error) error {
	err := m.store.write(ctx, "move", func(tx *tx) error {
		m.moved, m.held, m.queues, m.revive, m.c = 0, nil, nil, nil, changes{}
		return do(ctx, tx)
	})
	if err != nil {
		m.moved, m.held = 0, nil
		return err
	}
	m.store.bell.ring(m.queues...)
	return nil
}

// some moves the first of the jobs that are selected and that nobody holds.
func (m *moving) some(ctx context.Context, t *tx) (err error) {
	m.seqs, err = m.store.find(ctx, t, m.table, &m.req.Filter, m.upTo, moveAtOnce)
	if err != nil || len(m.seqs) == 0 {
		return err
	}
	m.skip = true
	if err := t.do(ctx, &call{query: lockLimitSQL, args: []any{keyWait}}); err != nil {
		return err
	}
	return m.these(ctx, t)
}

// alone moves a job that was held, if it is selected still.
func (m *moving) alone(ctx context.Context, t *tx) error {
	if err := t.do(ctx, m.clock()); err != nil {
		return err
	}
	still, err := m.selected(ctx, t)
	if err != nil || len(still) == 0 {
		return err
	}
	return m.these(ctx, t)
}

func (m *moving) clock() *call {
	return &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&m.c.now) }}
}

// these moves the jobs of the transaction. A job may become another one while its row
// is waited for: one that is selected no more stays.
func (m *moving) these(ctx context.Context, t *tx) error {
	jobs, err := m.lock(ctx, t)
	if err != nil {
		return err
	}
	still, err := m.selected(ctx, t)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if still[j.Seq] {
			m.one(j)
		}
	}
	if err := m.free(ctx, t); err != nil {
		return err
	}
	return t.finish(ctx, m.calls()...)
}

// lock locks the jobs' rows and reads them.
func (m *moving) lock(ctx context.Context, t *tx) (jobs []*sqlstore.Job, err error) {
	got := map[int64]bool{}
	q := m.table.move.with(map[string]bool{"skip": m.skip})
	err = t.do(ctx, m.clock(), &call{query: q, args: []any{m.seqs}, row: func(r scanner) error {
		j, err := m.read(r)
		if err == nil {
			jobs, got[j.Seq] = append(jobs, j), true
		}
		return err
	}})
	if m.skip {
		m.held = slices.DeleteFunc(slices.Clone(m.seqs), func(seq int64) bool { return got[seq] })
	}
	return jobs, err
}

func (m *moving) read(r scanner) (*sqlstore.Job, error) {
	if m.table != &endedTable {
		return readJob(r)
	}
	var key *string
	j, err := readJob(r, &key)
	if err == nil {
		j.Key = text(key)
	}
	return j, err
}

// selected are those of the locked jobs that the filter selects now.
func (m *moving) selected(ctx context.Context, t *tx) (map[int64]bool, error) {
	still := map[int64]bool{}
	c := m.table.finding(&m.req.Filter, m.c.now, m.upTo, math.MaxInt32, func(seq int64) { still[seq] = true })
	c.query.text = strings.Replace(c.query.text, "ORDER BY", "AND j.seq = ANY ($9::bigint[]) ORDER BY", 1)
	c.args = append(c.args, m.seqs)
	return still, t.do(ctx, c)
}

// one moves a job.
func (m *moving) one(j *sqlstore.Job) {
	fate, line := j.Move(m.req, m.c.now)
	switch fate {
	case sqlstore.Stays:
		return
	case sqlstore.Moved:
		m.c.put(j)
	case sqlstore.Told:
		m.c.tells = append(m.c.tells, j)
	case sqlstore.Gone:
		if m.table != &endedTable {
			m.c.drops = append(m.c.drops, j)
		} else {
			m.c.dropsDead = append(m.c.dropsDead, j)
		}
	case sqlstore.Revive:
		m.revive = append(m.revive, revival{j, line})
		return
	}
	m.moved++
	m.c.note(line)
	m.queues = append(m.queues, j.Queue)
}

// A revival is an ended job that shall start anew.
type revival struct {
	job  *sqlstore.Job
	line *sqlstore.Line
}

// free keeps those of the jobs to be revived whose unique keys are free.
func (m *moving) free(ctx context.Context, t *tx) error {
	held, err := m.holders(ctx, t)
	if err != nil {
		return err
	}
	var free []revival
	for _, r := range m.revive {
		if r.job.Key != "" && held[r.job.Key] {
			continue
		}
		held[r.job.Key] = true
		free = append(free, r)
		m.moved++
		m.c.note(r.line)
		m.queues = append(m.queues, r.job.Queue)
	}
	m.revive = free
	return nil
}

// holders are those of the keys that are held; nobody changes that meanwhile.
func (m *moving) holders(ctx context.Context, t *tx) (map[string]bool, error) {
	var keys []string
	for _, r := range m.revive {
		if r.job.Key != "" {
			keys = append(keys, r.job.Key)
		}
	}
	held := map[string]bool{}
	if len(keys) == 0 {
		return held, nil
	}
	return held, t.do(ctx, &call{query: doorLockSQL, args: []any{keys}},
		&call{query: doorHoldersSQL, args: []any{keys}, row: func(r scanner) error {
			var key, id string
			err := r.Scan(&key, &id)
			held[key] = true
			return err
		}})
}

func (m *moving) calls() []*call {
	calls := m.c.calls()
	if len(m.revive) == 0 {
		return calls
	}
	jobs := make([]*sqlstore.Job, len(m.revive))
	for i, r := range m.revive {
		jobs[i] = r.job
	}
	return append(calls, &call{query: reviveSQL, args: []any{
		seqsOf(jobs),
		each(jobs, func(j *sqlstore.Job) int64 { return j.Ord }),
		each(jobs, func(j *sqlstore.Job) int16 { return int16(j.Trail) }),
		each(jobs, moreOf),
	}})
}
