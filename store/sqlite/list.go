package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	listRunningSQL = text("list_running")
	runsSQL        = text("runs")
)

// List answers one page of jobs; see [store.Inspector]. A page of a filter that
// selects few among very many may be short, or empty, and still have a Next.
func (s *Store) List(ctx context.Context, req store.ListRequest) (page store.Page, err error) {
	before, err := parseNext(req.After)
	if err != nil {
		return store.Page{}, err
	}
	l := listing{limit: min(req.Limit, 1000), before: before}
	if l.limit <= 0 {
		l.limit = 100
	}
	err = s.snapshot(ctx, "list", func(q session) error {
		l.finder = s.finder(q, &req.Filter)
		page, err = l.page(ctx)
		return err
	})
	return page, err
}

func parseNext(next string) (int64, error) {
	if next == "" {
		return math.MaxInt64, nil
	}
	n, err := strconv.ParseInt(next, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("list: After is no page's Next: %w", store.ErrInvalid)
	}
	return n, nil
}

// listing is one List under way.
type listing struct {
	finder
	limit  int
	before int64
}

// page merges what the two tables have, the newest first.
func (l *listing) page(ctx context.Context) (page store.Page, err error) {
	live, liveFloor, err := l.find(ctx, &liveTable, l.before, l.limit+1)
	if err != nil {
		return page, err
	}
	ended, endedFloor, err := l.find(ctx, &endedTable, l.before, l.limit+1)
	if err != nil {
		return page, err
	}
	floor := max(liveFloor, endedFloor)
	all := slices.DeleteFunc(slices.Concat(live, ended), func(seq int64) bool { return seq < floor })
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	switch {
	case len(all) > l.limit:
		all = all[:l.limit]
		page.Next = strconv.FormatInt(all[l.limit-1], 10)
	case floor > 0:
		page.Next = strconv.FormatInt(floor, 10)
	}
	page.Jobs, err = l.records(ctx, all)
	return page, err
}

// records reads the jobs of some seqs, the highest first.
func (l *listing) records(ctx context.Context, seqs []int64) ([]store.Record, error) {
	var rows []*row
	list := asJSON(append([]int64{}, seqs...))
	for _, t := range []*table{&liveTable, &endedTable} {
		if err := l.rows(ctx, t.list, list, &rows); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(b.seq, a.seq) })
	if err := l.running(ctx, list, rows); err != nil {
		return nil, err
	}
	var records []store.Record
	for _, r := range rows {
		rec, err := l.record(ctx, r)
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	return records, nil
}

func (l *listing) rows(ctx context.Context, text, seqs string, into *[]*row) error {
	rows, err := l.q.query(ctx, text, seqs)
	return each(rows, err, func(q *sql.Rows) error {
		r := &row{}
		*into = append(*into, r)
		return q.Scan(&r.seq, &r.id, &r.queue, &r.kind, &r.format, &r.state, &r.priority, &r.ord, &r.created,
			&r.trail, &r.args, &r.ukey, &r.more, &r.cursor, &r.progress, &r.result, &r.ended)
	})
}

// running says of rows who runs them. What became due is ready, whether or not a
// claim came by to say so.
func (l *listing) running(ctx context.Context, seqs string, all []*row) error {
	bySeq := make(map[int64]*row, len(all))
	for _, r := range all {
		bySeq[r.seq] = r
		if (r.state == scheduled || r.state == retry) && r.ord <= l.sel.now {
			r.state = ready
		}
	}
	rows, err := l.q.query(ctx, listRunningSQL, seqs)
	return each(rows, err, func(q *sql.Rows) error {
		var seq int64
		var run row
		if err := q.Scan(&seq, &run.workerName, &run.token, &run.claimed, &run.cancelling); err != nil {
			return err
		}
		r := bySeq[seq]
		r.state, r.workerName, r.token, r.claimed, r.cancelling = running, run.workerName, run.token, run.claimed, run.cancelling
		return nil
	})
}

// record is a row with what lies in other tables.
func (l *listing) record(ctx context.Context, r *row) (store.Record, error) {
	rec := r.record()
	if r.trail&trailArgs != 0 {
		rows, err := l.q.query(ctx, argsSQL, r.seq)
		if err := one(rows, err, (*[]byte)(&rec.Args)); err != nil {
			return rec, err
		}
	}
	if r.trail&trailRuns == 0 {
		return rec, nil
	}
	rows, err := l.q.query(ctx, runsSQL, r.seq)
	err = each(rows, err, func(q *sql.Rows) error {
		var run store.Run
		var since, until int64
		err := q.Scan(&run.Worker, &since, &until, &run.Why, (*[]byte)(&run.Cursor))
		run.From, run.Until = micros(since), micros(until)
		rec.Journal = append(rec.Journal, run)
		return err
	})
	return rec, err
}
