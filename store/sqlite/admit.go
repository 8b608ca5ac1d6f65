package sqlite

import (
	"context"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	knownSQL   = text("enqueue_known")
	holderSQL  = text("enqueue_holder")
	tickSQL    = text("enqueue_tick")
	argsAddSQL = text("args_add")
	tagAddSQL  = text("tag_add")
)

// rowsOf is an INSERT of one row made one of n rows.
func rowsOf(insert string, n int) string {
	_, after, _ := strings.Cut(insert, "VALUES ")
	row, _, _ := strings.Cut(after, " /* rows */")
	return strings.Replace(insert, " /* rows */", strings.Repeat(", "+row, n-1), 1)
}

// admit adds one job or admitAtOnce plain ones.
func (d *door) admit(ctx context.Context, jobs []store.Job) error {
	if len(jobs) == 1 {
		return d.admitOne(ctx, &jobs[0])
	}
	ids := make([]any, 0, 2*len(jobs))
	for i := range jobs {
		ids = append(ids, packID(jobs[i].ID), d.next+int64(i))
	}
	n, err := d.tx.exec(ctx, takeIDsSQL, ids...)
	if err != nil {
		return err
	}
	if int(n) < len(jobs) {
		return d.sort(ctx, jobs)
	}
	return d.addMany(ctx, jobs)
}

// addMany adds jobs whose ids are taken.
func (d *door) addMany(ctx context.Context, jobs []store.Job) error {
	in := make([]any, 0, 11*len(jobs))
	seq := d.next
	for i := range jobs {
		r, err := d.row(ctx, &jobs[i])
		if err != nil {
			return err
		}
		in = append(in, r.columns()...)
	}
	if _, err := d.tx.exec(ctx, addManySQL, in...); err != nil {
		return err
	}
	for i := range jobs {
		if err := d.added(ctx, seq+int64(i), &jobs[i]); err != nil {
			return err
		}
	}
	return nil
}

// sort adds those of the jobs whose ids were taken for them just now; the
// others' were known.
func (d *door) sort(ctx context.Context, jobs []store.Job) error {
	first := d.next
	for i := range jobs {
		var seq any
		rows, err := d.tx.query(ctx, knownSQL, packID(jobs[i].ID))
		if err := one(rows, err, &seq); err != nil {
			return err
		}
		if seq != any(first+int64(i)) {
			d.next++
			d.answer(jobs[i].ID, store.Known)
			continue
		}
		if err := d.add(ctx, &jobs[i]); err != nil {
			return err
		}
	}
	return nil
}

// admitOne adds a job unless it is known, a duplicate, or its tick has passed.
func (d *door) admitOne(ctx context.Context, j *store.Job) error {
	if j.Unique != "" || j.Tick.Schedule != "" {
		if refused, err := d.refused(ctx, j); err != nil || refused {
			return err
		}
	}
	n, err := d.tx.exec(ctx, takeIDSQL, packID(j.ID), d.next)
	if err != nil {
		return err
	}
	if n == 0 {
		d.answer(j.ID, store.Known)
		return nil
	}
	return d.add(ctx, j)
}

// refused judges a job with a key or a tick. One that goes in uses up its tick,
// and so does a duplicate.
func (d *door) refused(ctx context.Context, j *store.Job) (bool, error) {
	var seq any
	rows, err := d.tx.query(ctx, knownSQL, packID(j.ID))
	if err := one(rows, err, &seq); err != errNoRow {
		d.answer(j.ID, store.Known)
		return true, err
	}
	holder, err := d.holder(ctx, j.Unique)
	if err != nil {
		return false, err
	}
	passed, err := d.useUp(ctx, j.Tick)
	switch {
	case err != nil:
		return false, err
	case holder != "":
		d.answer(holder, store.Duplicate)
	case passed:
		d.answer(j.ID, store.Passed)
	}
	return holder != "" || passed, nil
}

// holder is the job that holds a key, empty if none does.
func (d *door) holder(ctx context.Context, key string) (holder string, err error) {
	if key == "" {
		return "", nil
	}
	holders, err := holderShape.all(d.tx.query(ctx, holderSQL, key))
	if err != nil || len(holders) == 0 {
		return "", err
	}
	return holders[0].ID, nil
}

// useUp makes a tick its schedule's last one and says whether it has passed.
func (d *door) useUp(ctx context.Context, t store.Tick) (passed bool, err error) {
	if t.Schedule == "" {
		return false, nil
	}
	n, err := d.tx.exec(ctx, tickSQL, t.Schedule, t.N)
	return err == nil && n == 0, err
}

func (d *door) answer(id string, what store.EnqueuedWhat) {
	d.became = append(d.became, store.Enqueued{ID: id, What: what})
}

// add adds a job whose id is taken.
func (d *door) add(ctx context.Context, j *store.Job) error {
	r, err := d.row(ctx, j)
	if err != nil {
		return err
	}
	if _, err := d.tx.exec(ctx, addSQL, r.columns()...); err != nil {
		return err
	}
	return d.added(ctx, r.Seq, j)
}

// row is a job as it is stored, with the seq that comes next.
func (d *door) row(ctx context.Context, j *store.Job) (*row, error) {
	lane, err := d.lane(ctx, j)
	r := newRow(j, d.now)
	r.Seq, r.Lane = d.next, lane
	d.next++
	if r.State == sqlstore.Ready {
		d.ready = append(d.ready, r.place())
	}
	return r, err
}

// newRow is a job that comes in now; it has no seq and no lane yet.
func newRow(j *store.Job, now int64) *row {
	r := &row{Job: sqlstore.NewJob(j, now)}
	if len(j.Args) > longArgs {
		r.Args, r.Trail = nil, r.Trail|sqlstore.TrailArgs
	}
	return r
}

// columns are the values of enqueue_job.
func (r *row) columns() []any {
	return []any{r.Seq, packID(r.ID), r.Lane, r.State, r.Priority, r.Ord, r.Created, r.Trail,
		orNull(r.Args), nonZero(r.Key), moreOf(r)}
}

// added answers for a job that is in, after it stored what lies in other
// tables.
func (d *door) added(ctx context.Context, seq int64, j *store.Job) error {
	d.answer(j.ID, store.Added)
	if len(j.Args) > longArgs {
		if _, err := d.tx.exec(ctx, argsAddSQL, seq, string(j.Args)); err != nil {
			return err
		}
	}
	for _, tag := range j.Tags {
		if _, err := d.tx.exec(ctx, tagAddSQL, tag, seq); err != nil {
			return err
		}
	}
	return nil
}
