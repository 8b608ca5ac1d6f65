package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	listRunningSQL = text("list_running")
	runsSQL        = text("runs")
)

// List answers one page of jobs; see [store.Inspector]. A page of a filter that
// selects few among very many may be short, or empty, and still have a Next.
func (s *Store) List(ctx context.Context, req store.ListRequest) (page store.Page, err error) {
	upTo, limit, err := sqlstore.PageOf(&req)
	if err != nil {
		return store.Page{}, err
	}
	l := listing{limit: limit, upTo: upTo}
	err = s.snapshot(ctx, "list", func(q session) error {
		l.finder = s.finder(q, &req.Filter)
		page, err = l.page(ctx)
		return err
	})
	return page, err
}

// listing is one List under way.
type listing struct {
	finder
	limit int
	upTo  int64
}

// page merges what the two tables have, the newest first.
func (l *listing) page(ctx context.Context) (page store.Page, err error) {
	live, liveFloor, err := l.find(ctx, &liveTable, l.upTo, l.limit+1)
	if err != nil {
		return page, err
	}
	ended, endedFloor, err := l.find(ctx, &endedTable, l.upTo, l.limit+1)
	if err != nil {
		return page, err
	}
	floor := max(liveFloor, endedFloor)
	all := slices.DeleteFunc(slices.Concat(live, ended), func(seq int64) bool { return floor > 0 && seq < floor })
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	switch {
	case len(all) > l.limit:
		all = all[:l.limit]
		page.Next = sqlstore.NextOf(all[l.limit-1])
	case floor > 0:
		page.Next = sqlstore.NextOf(floor)
	}
	page.Jobs, err = l.records(ctx, all)
	return page, err
}

// records reads the jobs of some seqs, the highest first.
func (l *listing) records(ctx context.Context, seqs []int64) ([]store.Record, error) {
	var rows []*row
	list := sqlstore.JSON(append([]int64{}, seqs...))
	for _, t := range []*table{&liveTable, &endedTable} {
		some, err := t.listed.all(l.q.query(ctx, t.list, list))
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Compare(b.Seq, a.Seq) })
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

// running says of rows who runs them, and which became ready.
func (l *listing) running(ctx context.Context, seqs string, all []*row) error {
	bySeq := make(map[int64]*row, len(all))
	for _, r := range all {
		bySeq[r.Seq] = r
		if !r.damage.Has("ord") {
			r.Ripen(l.sel.now)
		}
	}
	runs, err := claimedShape.all(l.q.query(ctx, listRunningSQL, seqs))
	for _, run := range runs {
		r := bySeq[run.Seq]
		r.State, r.WorkerName, r.Token, r.Claimed, r.Cancelling = sqlstore.Running, run.WorkerName, run.Token, run.Claimed, run.Cancelling
		r.damage = append(r.damage, run.damage...)
	}
	return err
}

// record is a row with what lies in other tables, and with what of it cannot be read
// in its Why.
func (l *listing) record(ctx context.Context, r *row) (store.Record, error) {
	if r.Trail&sqlstore.TrailArgs != 0 {
		if err := r.readArgs(ctx, l.q); err != nil {
			return store.Record{}, err
		}
	}
	for _, c := range []struct {
		column string
		text   *json.RawMessage
	}{{"args", &r.Args}, {"cursor", &r.Cursor}, {"result", &r.Result}} {
		text, ok := shown(*c.text)
		if !ok && !r.damage.Has(c.column, "tasuki_args."+c.column) {
			r.damage = append(r.damage, sqlstore.Flaw{Column: c.column, Holds: []byte(*c.text)})
		}
		*c.text = text
	}
	rec := r.Record()
	rec.Why = r.damage.Beside(rec.Why)
	if r.Trail&sqlstore.TrailRuns == 0 {
		return rec, nil
	}
	rows, err := l.q.query(ctx, runsSQL, r.Seq)
	err = each(rows, err, func(q *sql.Rows) error {
		run, err := scanRun(q)
		rec.Journal = append(rec.Journal, run)
		return err
	})
	return rec, err
}

// scanRun reads a line of a journal, whatever it holds.
func scanRun(q *sql.Rows) (run store.Run, err error) {
	var worker, since, until, why, cursor any
	if err := q.Scan(&worker, &since, &until, &why, &cursor); err != nil {
		return run, err
	}
	var bad sqlstore.Damage
	note := func(column string, v any, ok bool) {
		if !ok {
			bad = append(bad, sqlstore.Flaw{Column: "tasuki_runs." + column, Holds: v})
		}
	}
	var ok bool
	run.Worker, ok = asText(worker)
	note("worker", worker, ok)
	from, ok := asTime(since)
	note("since", since, ok)
	to, ok := asTime(until)
	note("until", until, ok)
	run.Why, ok = asText(why)
	note("why", why, ok)
	at, _ := asJSONText(cursor)
	run.Cursor, ok = shown(at)
	note("cursor", cursor, ok)
	run.From, run.Until, run.Why = sqlstore.Time(from), sqlstore.Time(to), bad.Beside(run.Why)
	return run, nil
}
