package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	enqueueSQL  = named("enqueue")
	enqueueOne  = named("enqueue_one")
	lanesAddSQL = named("lanes_add")
	lanesOfSQL  = named("lanes_of")
)

// Enqueue puts jobs into the store; see [store.Producer].
func (s *Store) Enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	if err := sqlstore.CheckJobs(jobs, s.options.MaxPayload); err != nil {
		return nil, err
	}
	became, err := s.enqueue(ctx, jobs)
	if err != nil {
		return nil, err
	}
	s.bell.ring(queuesOf(jobs)...)
	return became, nil
}

// enqueue adds jobs that nothing but a known id keeps out in one statement. Ids are
// hardly ever known, so it is worth to try it as if none were.
func (s *Store) enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	if plain(jobs) && oneStatement(jobs) == len(jobs) {
		became, err := s.enqueueNew(ctx, jobs)
		if !isUnique(err) {
			return became, err
		}
	}
	var d door
	err := s.patient.try(ctx, func(first ...*call) error {
		return s.write(ctx, "enqueue", func(t *tx) (err error) {
			t.first = first
			d = s.inOwn(t)
			return d.admit(ctx, jobs)
		})
	})
	return d.became, err
}

// enqueueNew adds such jobs, few together with those of other callers.
func (s *Store) enqueueNew(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	if len(jobs) <= convoyJobs {
		return s.convoy.enqueue(ctx, jobs)
	}
	return s.enqueueWith(ctx, s.patient, jobs)
}

// enqueueWith adds such jobs with patience.
func (s *Store) enqueueWith(ctx context.Context, p patience, jobs []store.Job) (became []store.Enqueued, err error) {
	err = p.try(ctx, func(first ...*call) error {
		became, err = s.enqueuePlain(ctx, jobs, first...)
		return err
	})
	return became, err
}

// enqueuePlain adds such jobs, after another statement of their transaction.
func (s *Store) enqueuePlain(ctx context.Context, jobs []store.Job, first ...*call) ([]store.Enqueued, error) {
	c := &call{query: enqueueOne} // the most common of all has the shortest way
	if len(jobs) == 1 {
		c.args = oneRow(&jobs[0])
	} else {
		c.query, c.args = enqueueSQL, newRows(jobs).args()
	}
	calls := append(first, c)
	err := s.once(ctx, "enqueue", calls...)
	if err == nil && c.changed == 0 {
		if err = s.once(ctx, "add lanes", newRows(jobs).addLanes()); err == nil {
			err = s.once(ctx, "enqueue", calls...)
		}
	}
	if err == nil && c.changed == 0 {
		err = errNoLanes
	}
	if err != nil {
		return nil, err
	}
	became := make([]store.Enqueued, len(jobs))
	for i := range jobs {
		became[i] = store.Enqueued{ID: jobs[i].ID, What: store.Added}
	}
	return became, nil
}

var errNoLanes = errors.New("enqueue: the lanes of the jobs cannot be made")

// addLanes is the statement that makes the lanes of the rows.
func (r *rows) addLanes() *call {
	return &call{query: lanesAddSQL, args: []any{r.queues, r.kinds, int32(store.Format)}}
}

// findLanes is the statement that finds the numbers of the lanes.
func (r *rows) findLanes() *call {
	return &call{query: lanesOfSQL, args: []any{r.queues, r.kinds, int32(store.Format)}, row: func(row scanner) error {
		var n int
		var lane int32
		err := row.Scan(&n, &lane)
		if err == nil {
			r.found[n-1] = &lane
		}
		return err
	}}
}

// plain says whether nothing but a known id keeps any of these out, and none has
// something in other tables.
func plain(jobs []store.Job) bool {
	return !slices.ContainsFunc(jobs, func(j store.Job) bool { return j.Unique != "" || j.Tick.Schedule != "" || len(j.Tags) > 0 })
}

// queuesOf are the queues of some jobs, hardly any of them twice.
func queuesOf(jobs []store.Job) []string {
	var list []string
	for i := range jobs {
		if q := sqlstore.QueueOf(&jobs[i]); len(list) == 0 || list[len(list)-1] != q {
			list = append(list, q)
		}
	}
	return list
}
