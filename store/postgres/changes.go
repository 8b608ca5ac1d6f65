package postgres

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	putSQL       = named("change_put")
	endSQL       = named("change_end")
	tellSQL      = named("change_tell")
	dropSQL      = named("change_drop")
	dropEndedSQL = named("change_drop_ended")
	restSQL      = named("change_rest")
	linesSQL     = named("change_lines")
	trimSQL      = named("change_trim")
)

// changes are what became of jobs, to be written together.
type changes struct {
	now       int64
	puts      []*sqlstore.Job // live ones that no worker holds any more
	ends      []*sqlstore.Job // that came to an end, and stay a while
	tells     []*sqlstore.Job // that run and shall be cancelled
	drops     []*sqlstore.Job // live ones to be deleted
	dropsDead []*sqlstore.Job // ended ones to be deleted
	lines     []sqlstore.Line
}

// note adds a line of a journal, if there is one.
func (c *changes) note(l *sqlstore.Line) {
	if l != nil {
		c.lines = append(c.lines, *l)
	}
}

// put writes a job that was live where its state belongs.
func (c *changes) put(j *sqlstore.Job) {
	if j.State <= sqlstore.Suspect {
		c.puts = append(c.puts, j)
		return
	}
	keep, forever := j.Stays()
	if keep <= 0 && !forever {
		c.drops = append(c.drops, j)
		return
	}
	if !forever {
		j.Until = c.now + keep.Microseconds()
	}
	c.ends = append(c.ends, j)
}

// calls are the statements that write the changes.
func (c *changes) calls() []*call {
	var calls []*call
	for _, w := range []struct {
		query query
		jobs  []*sqlstore.Job
		args  func([]*sqlstore.Job) []any
	}{
		{putSQL, c.puts, putArgs}, {endSQL, c.ends, endArgs}, {tellSQL, c.tells, tellArgs},
		{dropSQL, c.drops, seqArgs}, {dropEndedSQL, c.dropsDead, seqArgs}, {restSQL, c.leaving(), seqArgs},
	} {
		if len(w.jobs) > 0 && len(calls) == 0 {
			calls = append(calls, &call{query: joinManySQL})
		}
		if len(w.jobs) > 0 {
			calls = append(calls, &call{query: w.query, args: w.args(w.jobs)})
		}
	}
	return append(calls, c.lineCalls()...)
}

// leaving are the jobs to be deleted that have something in other tables.
func (c *changes) leaving() (list []*sqlstore.Job) {
	for _, some := range [][]*sqlstore.Job{c.drops, c.dropsDead} {
		for _, j := range some {
			if j.Trail&(sqlstore.TrailRuns|sqlstore.TrailTags) != 0 {
				list = append(list, j)
			}
		}
	}
	return list
}

func (c *changes) lineCalls() []*call {
	if len(c.lines) == 0 {
		return nil
	}
	dropped := map[int64]bool{}
	for _, j := range c.leaving() {
		dropped[j.Seq] = true
	}
	var seqs, since, until, trims []int64
	var ns, below []int32
	var workers, whys []string
	var cursors []*string
	for i := range c.lines {
		l := &c.lines[i]
		if dropped[l.Seq] {
			continue
		}
		seqs, ns, workers = append(seqs, l.Seq), append(ns, int32(l.N)), append(workers, l.Worker)
		since, until = append(since, l.From.UnixMicro()), append(until, l.Until.UnixMicro())
		whys, cursors = append(whys, l.Why), append(cursors, orNone(l.Cursor))
		if n := l.Trim(); n > 1 {
			trims, below = append(trims, l.Seq), append(below, int32(n))
		}
	}
	calls := []*call{{query: linesSQL, args: []any{seqs, ns, workers, since, until, whys, cursors}}}
	if len(trims) > 0 {
		calls = append(calls, &call{query: trimSQL, args: []any{trims, below}})
	}
	return calls
}

func seqsOf(jobs []*sqlstore.Job) []int64 {
	return each(jobs, func(j *sqlstore.Job) int64 { return j.Seq })
}

func seqArgs(jobs []*sqlstore.Job) []any { return []any{seqsOf(jobs)} }

func tellArgs(jobs []*sqlstore.Job) []any { return []any{seqsOf(jobs), each(jobs, moreOf)} }

func putArgs(jobs []*sqlstore.Job) []any {
	return []any{
		seqsOf(jobs),
		each(jobs, func(j *sqlstore.Job) int16 { return int16(j.State) }),
		each(jobs, func(j *sqlstore.Job) int64 { return j.Ord }),
		each(jobs, func(j *sqlstore.Job) int16 { return int16(j.Trail) }),
		each(jobs, moreOf),
		each(jobs, func(j *sqlstore.Job) *string { return orNone(j.Cursor) }),
		each(jobs, func(j *sqlstore.Job) *string { return progressOf(&j.Progress) }),
	}
}

func endArgs(jobs []*sqlstore.Job) []any {
	a := putArgs(jobs)
	return append(a[:4:4],
		each(jobs, func(j *sqlstore.Job) int64 { return j.Ended }),
		each(jobs, func(j *sqlstore.Job) *int64 {
			if j.Until == 0 {
				return nil
			}
			return &j.Until
		}),
		a[4], a[5], a[6],
		each(jobs, func(j *sqlstore.Job) *string { return orNone(j.Result) }))
}

// each is one value of each job.
func each[T any](jobs []*sqlstore.Job, of func(*sqlstore.Job) T) []T {
	list := make([]T, len(jobs))
	for i, j := range jobs {
		list[i] = of(j)
	}
	return list
}

// write runs the statements of the changes.
func (c *changes) write(ctx context.Context, tx session) error { return tx.do(ctx, c.calls()...) }
