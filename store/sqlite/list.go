package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	listLiveSQL  = text("list_live")
	listEndedSQL = text("list_ended")
	runsSQL      = text("runs")
)

// List answers one page of jobs; see [store.Inspector].
func (s *Store) List(ctx context.Context, req store.ListRequest) (page store.Page, err error) {
	after, err := parseNext(req.After)
	if err != nil {
		return store.Page{}, err
	}
	l := listing{limit: min(req.Limit, 1000), after: after}
	if l.limit <= 0 {
		l.limit = 100
	}
	err = s.snapshot(ctx, "list", func(q session) error {
		page, err = l.page(ctx, q, newSelection(&req.Filter, s.now()))
		return err
	})
	return page, err
}

func parseNext(next string) (int64, error) {
	if next == "" {
		return 1<<63 - 1, nil
	}
	n, err := strconv.ParseInt(next, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("list: After is no page's Next: %w", store.ErrInvalid)
	}
	return n, nil
}

// listing is one List under way.
type listing struct {
	limit int
	after int64
}

// page merges what the two tables have, the newest first.
func (l *listing) page(ctx context.Context, q session, sel *selection) (page store.Page, err error) {
	var found []*row
	if sel.live() {
		if found, err = l.rows(ctx, q, sel, listLiveSQL); err != nil {
			return page, err
		}
	}
	if sel.ended() {
		ended, err := l.rows(ctx, q, sel, listEndedSQL)
		if err != nil {
			return page, err
		}
		found = append(found, ended...)
	}
	slices.SortFunc(found, func(a, b *row) int { return cmp.Compare(b.seq, a.seq) })
	if len(found) > l.limit {
		found = found[:l.limit]
		page.Next = strconv.FormatInt(found[l.limit-1].seq, 10)
	}
	for _, r := range found {
		rec, err := l.record(ctx, q, r)
		if err != nil {
			return page, err
		}
		page.Jobs = append(page.Jobs, rec)
	}
	return page, nil
}

// rows reads one more than a page of one table, so that it shows whether there
// is a next.
func (l *listing) rows(ctx context.Context, q session, sel *selection, text string) (found []*row, err error) {
	rows, err := q.query(ctx, sel.apply(text), sel.in(l.after, l.limit+1)...)
	err = each(rows, err, func(q *sql.Rows) error {
		r := &row{}
		found = append(found, r)
		return q.Scan(&r.seq, &r.id, &r.queue, &r.kind, &r.format, &r.state, &r.priority, &r.ord, &r.created,
			&r.trail, &r.args, &r.ukey, &r.more, &r.cursor, &r.progress, &r.result,
			&r.workerName, &r.token, &r.claimed, &r.cancelling, &r.ended)
	})
	return found, err
}

// record is a row with what lies in other tables.
func (l *listing) record(ctx context.Context, q session, r *row) (store.Record, error) {
	rec := r.record()
	if r.trail&trailArgs != 0 {
		rows, err := q.query(ctx, argsSQL, r.seq)
		if err := one(rows, err, (*[]byte)(&rec.Args)); err != nil && err != errNoRow {
			return rec, err
		}
	}
	if r.trail&trailRuns == 0 {
		return rec, nil
	}
	rows, err := q.query(ctx, runsSQL, r.seq)
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
