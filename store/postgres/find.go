package postgres

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A table is one of the two in which jobs lie, and its statements.
type table struct {
	find, list, move query
	states           []store.State
	waiting          bool // without the jobs that run
}

var (
	liveTable = table{named("find_live"), named("list_live"), named("move_live"),
		[]store.State{store.Scheduled, store.Ready, store.Running, store.Retry}, false}
	waitingTable = table{named("find_live"), named("list_live"), named("move_live"),
		[]store.State{store.Scheduled, store.Ready, store.Retry}, true}
	endedTable = table{named("find_ended"), named("list_ended"), named("move_ended"),
		[]store.State{store.Done, store.Dead, store.Cancelled}, false}
)

// finding is the call that finds up to limit jobs of a table which a filter selects,
// up to a seq, the newest first; nil if there can be none.
func (t *table) finding(f *store.Filter, now, upTo int64, limit int, take func(int64)) *call {
	lines := map[string]bool{
		"lanes": len(f.Queues)+len(f.Kinds) > 0, "queues": len(f.Queues) > 0, "kinds": len(f.Kinds) > 0,
		"ids": len(f.IDs) > 0, "tags": len(f.Tags) > 0, "worker": f.Worker != "", "states": len(f.States) > 0,
		"waiting": t.waiting,
	}
	asks := len(f.States) == 0
	for _, s := range f.States {
		lines[string(s)] = true
		asks = asks || slices.Contains(t.states, s)
	}
	if !asks {
		return nil
	}
	q := t.find.with(lines)
	return &call{query: q, args: []any{upTo, now, limit, list(f.IDs), list(f.Queues), list(f.Kinds), list(f.Tags), f.Worker},
		row: func(r scanner) error {
			var seq int64
			err := r.Scan(&seq)
			take(seq)
			return err
		}}
}

// list is never nil, which would be NULL.
func list(texts []string) []string { return append([]string{}, texts...) }

// with is the statement with those of its optional lines that are named.
func (q query) with(lines map[string]bool) query {
	return query{name: q.name, text: sqlstore.Choose(q.text, func(line string) bool { return lines[line] })}
}

// find answers up to limit seqs of a table, the highest first.
func (s *Store) find(ctx context.Context, q session, t *table, f *store.Filter, upTo int64, limit int) (seqs []int64, err error) {
	var now int64
	if err := q.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&now) }}); err != nil {
		return nil, err
	}
	if c := t.finding(f, now, upTo, limit, func(seq int64) { seqs = append(seqs, seq) }); c != nil {
		err = q.do(ctx, c)
	}
	return seqs, err
}
