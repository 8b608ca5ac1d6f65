package postgres

import (
	"context"
	"math"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var reviveSQL = named("move_revive")

// moveAtOnce is how many jobs one transaction of Move moves.
const moveAtOnce = 500

// Move brings the selected jobs to another state; see [store.Admin]. Many jobs are
// moved in several transactions.
func (s *Store) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	through := func(t *table) func() (int, error) {
		return func() (int, error) { return s.moveAll(ctx, &req, t) }
	}
	return sqlstore.Moves(&req, through(&liveTable), through(&endedTable))
}

// moveAll moves step by step, the newest first: what is enqueued meanwhile is newer
// and left out. Jobs are looked for without locks, and looked at again with them.
func (s *Store) moveAll(ctx context.Context, req *store.MoveRequest, t *table) (moved int, err error) {
	for upTo := int64(math.MaxInt64); ; {
		m := moving{store: s, req: req, table: t}
		err := s.write(ctx, "move", func(tx *tx) error {
			m.moved, m.queues, m.c = 0, nil, changes{}
			return m.some(ctx, tx, upTo)
		})
		if err != nil {
			return moved, err
		}
		moved += m.moved
		s.bell.ring(m.queues...)
		if len(m.seqs) < moveAtOnce {
			return moved, nil
		}
		upTo = m.seqs[len(m.seqs)-1] - 1
	}
}

// moving is one transaction of Move through one of the tables.
type moving struct {
	store  *Store
	req    *store.MoveRequest
	table  *table
	seqs   []int64
	c      changes
	revive []revival
	queues []string
	moved  int
}

// some moves the first of the jobs that are selected. A job may become another one
// while its row is waited for: one that is selected no more stays.
func (m *moving) some(ctx context.Context, t *tx, upTo int64) (err error) {
	m.revive = nil
	if m.seqs, err = m.store.find(ctx, t, m.table, &m.req.Filter, upTo, moveAtOnce); err != nil || len(m.seqs) == 0 {
		return err
	}
	var jobs []*sqlstore.Job
	err = t.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&m.c.now) }},
		&call{query: m.table.move, args: []any{m.seqs}, row: func(r scanner) error {
			j, err := m.read(r)
			jobs = append(jobs, j)
			return err
		}})
	if err != nil {
		return err
	}
	still, err := m.selected(ctx, t, upTo)
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

func (m *moving) read(r scanner) (*sqlstore.Job, error) {
	if m.table == &liveTable {
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
func (m *moving) selected(ctx context.Context, t *tx, upTo int64) (map[int64]bool, error) {
	still := map[int64]bool{}
	c := m.table.finding(&m.req.Filter, m.c.now, upTo, math.MaxInt32, func(seq int64) { still[seq] = true })
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
		if m.table == &liveTable {
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
