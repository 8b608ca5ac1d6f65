package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	doorLookSQL    = named("door_look")
	doorLockSQL    = named("door_lock")
	doorHoldersSQL = named("door_holders")
	doorTicksSQL   = named("door_ticks")
	doorUseSQL     = named("door_use")
	doorAddSQL     = named("door_add")
	joinManySQL    = named("join_many")
)

// A door is where jobs come in that may be kept out, in a transaction: the store's
// own or a user's.
type door struct {
	store  *Store
	tx     session
	lanes  func(context.Context, *rows) error // sees to lanes that are missing
	became []store.Enqueued
	xact   string // the transaction's number
}

// inOwn is a door in a transaction of the store's own, which is begun anew if lanes are
// missing: a second connection might never come free while this one waits for it.
func (s *Store) inOwn(t *tx) door {
	return door{store: s, tx: t, lanes: func(_ context.Context, r *rows) error { return &noLanes{r} }}
}

// inUsers is a door in a transaction of the application's.
func (s *Store) inUsers(in session) door {
	return door{store: s, tx: in, lanes: func(ctx context.Context, r *rows) error { return s.lanesFor(ctx, in, r) }}
}

// noLanes says that a transaction needs lanes that are not there.
type noLanes struct{ of *rows }

func (*noLanes) Error() string { return "lanes of the jobs are missing" }

// admit adds checked jobs in their order.
func (d *door) admit(ctx context.Context, jobs []store.Job) error {
	for len(jobs) > 0 {
		n := oneStatement(jobs)
		if err := d.some(ctx, jobs[:n]); err != nil {
			return err
		}
		jobs = jobs[n:]
	}
	return nil
}

func (d *door) some(ctx context.Context, jobs []store.Job) error {
	at := len(d.became)
	d.became = append(d.became, make([]store.Enqueued, len(jobs))...)
	became := d.became[at:]
	in := jobs
	if !plain(jobs) {
		j := judge{jobs: jobs, became: became}
		if err := j.look(ctx, d.tx); err != nil {
			return err
		}
		in = j.judge()
		if err := j.use(ctx, d.tx); err != nil {
			return err
		}
	}
	added, err := d.add(ctx, in)
	for i := range jobs {
		switch {
		case became[i].What != "":
		case added[jobs[i].ID]:
			became[i] = store.Enqueued{ID: jobs[i].ID, What: store.Added}
			delete(added, jobs[i].ID) // the next of this id is known
		default:
			became[i] = store.Enqueued{ID: jobs[i].ID, What: store.Known}
		}
	}
	return err
}

// add adds jobs and answers which were.
func (d *door) add(ctx context.Context, jobs []store.Job) (map[string]bool, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	r := newRows(jobs)
	for range 2 {
		added := make(map[string]bool, len(jobs))
		lanes := false
		err := d.tx.do(ctx, append(d.first(), &call{query: doorAddSQL, args: r.doorArgs(), row: func(row scanner) error {
			var id, xact string
			err := row.Scan(&id, &xact)
			if id != "" {
				added[id] = true
			} else {
				lanes, d.xact = true, xact
			}
			return err
		}})...)
		if err != nil || lanes {
			return added, err
		}
		if err := d.lanes(ctx, r); err != nil {
			return nil, err
		}
	}
	return nil, errNoLanes
}

// first is what a transaction of the store's own needs: the application's sessions plan
// as they like.
func (d *door) first() []*call {
	if _, own := d.tx.(*tx); own {
		return []*call{{query: joinManySQL}}
	}
	return nil
}

// A judge says which of some jobs are kept out, and by what.
type judge struct {
	jobs    []store.Job
	became  []store.Enqueued
	known   map[string]bool
	holders map[string]string // id by unique key
	last    map[string]int64  // tick by schedule
	used    map[string]int64
}

// look reads what is there, and lets nobody change keys and ticks meanwhile.
func (j *judge) look(ctx context.Context, tx session) error {
	j.known, j.holders, j.last, j.used = map[string]bool{}, map[string]string{}, map[string]int64{}, map[string]int64{}
	keys, schedules := map[string]bool{}, map[string]bool{}
	ids := make([]string, len(j.jobs))
	for i := range j.jobs {
		ids[i] = j.jobs[i].ID
		keys[j.jobs[i].Unique] = true
		schedules[j.jobs[i].Tick.Schedule] = true
	}
	delete(keys, "")
	delete(schedules, "")
	var calls []*call
	if len(keys) > 0 {
		list := slices.Sorted(maps.Keys(keys))
		calls = append(calls, &call{query: doorLockSQL, args: []any{list}},
			&call{query: doorHoldersSQL, args: []any{list}, row: func(r scanner) error {
				var key, id string
				err := r.Scan(&key, &id)
				j.holders[key] = id
				return err
			}})
	}
	if len(schedules) > 0 {
		calls = append(calls, &call{query: doorTicksSQL, args: []any{slices.Sorted(maps.Keys(schedules))}, row: func(r scanner) error {
			var name string
			var n int64
			err := r.Scan(&name, &n)
			j.last[name] = n
			return err
		}})
	}
	calls = append(calls, &call{query: doorLookSQL, args: []any{ids}, row: func(r scanner) error {
		var id string
		err := r.Scan(&id)
		j.known[id] = true
		return err
	}})
	return tx.do(ctx, calls...)
}

// judge answers the jobs that come in, in their order.
func (j *judge) judge() (in []store.Job) {
	for i := range j.jobs {
		job := &j.jobs[i]
		if j.became[i] = j.one(job); j.became[i].What != "" {
			continue
		}
		j.known[job.ID] = true
		if job.Unique != "" {
			j.holders[job.Unique] = job.ID
		}
		in = append(in, *job)
	}
	return in
}

// one says what keeps a job out. One that goes in uses up its tick, and so does a
// duplicate.
func (j *judge) one(job *store.Job) store.Enqueued {
	if j.known[job.ID] {
		return store.Enqueued{ID: job.ID, What: store.Known}
	}
	holder := ""
	if job.Unique != "" {
		holder = j.holders[job.Unique]
	}
	passed := false
	if t := job.Tick; t.Schedule != "" {
		if passed = t.N <= j.last[t.Schedule]; !passed {
			j.last[t.Schedule], j.used[t.Schedule] = t.N, t.N
		}
	}
	switch {
	case holder != "":
		return store.Enqueued{ID: holder, What: store.Duplicate}
	case passed:
		return store.Enqueued{ID: job.ID, What: store.Passed}
	}
	return store.Enqueued{}
}

// use writes the ticks that are used up.
func (j *judge) use(ctx context.Context, tx session) error {
	if len(j.used) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(j.used))
	ticks := make([]int64, len(names))
	for i, name := range names {
		ticks[i] = j.used[name]
	}
	return tx.do(ctx, &call{query: doorUseSQL, args: []any{names, ticks}})
}
