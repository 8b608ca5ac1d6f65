package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var runsSQL = named("runs")

// List answers one page of jobs; see [store.Inspector].
func (s *Store) List(ctx context.Context, req store.ListRequest) (page store.Page, err error) {
	upTo, limit, err := sqlstore.PageOf(&req)
	if err != nil {
		return store.Page{}, err
	}
	err = s.snapshot(ctx, "list", func(t *tx) error {
		l := listing{store: s, tx: t, limit: limit}
		page, err = l.page(ctx, &req.Filter, upTo)
		return err
	})
	return page, err
}

// listing is one List under way.
type listing struct {
	store *Store
	tx    *tx
	limit int
	now   int64
}

// page merges what the two tables have, the newest first.
func (l *listing) page(ctx context.Context, f *store.Filter, upTo int64) (page store.Page, err error) {
	if err := l.tx.do(ctx, &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&l.now) }}); err != nil {
		return page, err
	}
	var all []int64
	var calls []*call
	for _, t := range []*table{&liveTable, &endedTable} {
		if c := t.finding(f, l.now, upTo, l.limit+1, func(seq int64) { all = append(all, seq) }); c != nil {
			calls = append(calls, c)
		}
	}
	if err := l.tx.do(ctx, calls...); err != nil {
		return page, err
	}
	slices.SortFunc(all, func(a, b int64) int { return cmp.Compare(b, a) })
	if len(all) > l.limit {
		all = all[:l.limit]
		page.Next = sqlstore.NextOf(all[l.limit-1])
	}
	page.Jobs, err = l.records(ctx, all)
	return page, err
}

// records reads the jobs of some seqs, the highest first.
func (l *listing) records(ctx context.Context, seqs []int64) ([]store.Record, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	var jobs []*sqlstore.Job
	journals := map[int64][]store.Run{}
	read := func(r scanner) error {
		j, err := readListed(r)
		jobs = append(jobs, j)
		return err
	}
	err := l.tx.do(ctx, &call{query: liveTable.list, args: []any{seqs}, row: read},
		&call{query: endedTable.list, args: []any{seqs}, row: read},
		&call{query: runsSQL, args: []any{seqs}, row: func(r scanner) error {
			seq, run, err := readRun(r)
			journals[seq] = append(journals[seq], run)
			return err
		}})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(jobs, func(a, b *sqlstore.Job) int { return cmp.Compare(b.Seq, a.Seq) })
	records := make([]store.Record, len(jobs))
	for i, j := range jobs {
		j.Ripen(l.now)
		records[i] = j.Record()
		records[i].Journal = journals[j.Seq]
	}
	return records, nil
}

// readListed reads a job with all its columns.
func readListed(r scanner) (*sqlstore.Job, error) {
	var format *int32
	var created, ended *int64
	var args, key, worker, result *string
	j, err := readJob(r, &format, &created, &args, &key, &worker, &ended, &result)
	if err != nil {
		return nil, err
	}
	j.Format, j.Created, j.Ended = int(number(format)), number(created), number(ended)
	j.Args, j.Key, j.WorkerName, j.Result = raw(args), text(key), text(worker), raw(result)
	return j, nil
}

func readRun(r scanner) (seq int64, run store.Run, err error) {
	var since, until int64
	var cursor *string
	err = r.Scan(&seq, &run.Worker, &since, &until, &run.Why, &cursor)
	run.From, run.Until, run.Cursor = sqlstore.Time(since), sqlstore.Time(until), raw(cursor)
	return seq, run, err
}
