package sqlite

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	addSQL     = text("enqueue_add")
	laneAddSQL = text("lane_add")
	knownSQL   = text("enqueue_known")
	holderSQL  = text("enqueue_holder")
	tickSQL    = text("enqueue_tick")
	argsAddSQL = text("args_add")
	tagAddSQL  = text("tag_add")
	lastSeqSQL = text("last_seq")
)

// Enqueue puts jobs into the store; see [store.Producer].
func (s *Store) Enqueue(ctx context.Context, jobs []store.Job) (became []store.Enqueued, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	if err := s.check(jobs); err != nil {
		return nil, err
	}
	err = s.write(ctx, "enqueue", func(tx session) error {
		became, err = s.admit(ctx, tx, jobs)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.ears.wake()
	return became, nil
}

func (s *Store) check(jobs []store.Job) error {
	for i := range jobs {
		if err := jobs[i].Check(s.options.MaxPayload); err != nil {
			return err
		}
	}
	return nil
}

// admit adds checked jobs in their order.
func (s *Store) admit(ctx context.Context, tx session, jobs []store.Job) ([]store.Enqueued, error) {
	became := make([]store.Enqueued, len(jobs))
	now := s.now()
	for i := range jobs {
		a := admission{Job: &jobs[i], tx: tx, now: now}
		if err := a.run(ctx); err != nil {
			return nil, fmt.Errorf("job %q: %w", jobs[i].ID, err)
		}
		became[i] = a.became
	}
	return became, nil
}

// An admission is one job on its way into the store.
type admission struct {
	*store.Job
	tx     session
	now    int64
	became store.Enqueued
}

// run adds the job unless it is known, a duplicate, or its tick has passed.
// Most jobs are none of these, so it tries first and asks afterwards.
func (a *admission) run(ctx context.Context) error {
	a.became = store.Enqueued{ID: a.ID, What: store.Added}
	if a.Tick.Schedule != "" {
		if passed, err := a.passed(ctx); err != nil || passed {
			return err
		}
	}
	added, err := a.add(ctx)
	if err != nil || added {
		return err
	}
	if refused, err := a.refused(ctx); err != nil || refused {
		return err
	}
	if _, err = a.tx.exec(ctx, laneAddSQL, a.queue(), a.Kind, store.Format); err != nil {
		return err
	}
	if added, err = a.add(ctx); err == nil && !added {
		err = fmt.Errorf("was not added for no known reason")
	}
	return err
}

func (a *admission) queue() string {
	if a.Queue == "" {
		return store.DefaultQueue
	}
	return a.Queue
}

// add inserts the job, and answers false if something forbids it.
func (a *admission) add(ctx context.Context) (bool, error) {
	m := more{MaxAttempts: a.MaxAttempts, Timeout: a.Timeout, Tags: a.Tags, Keep: a.Keep, Tick: a.Tick}
	if len(m.Tags) == 0 {
		m.Tags = nil
	}
	state, ord, trail := ready, a.now, 0
	if a.Delay > 0 {
		state, ord = scheduled, a.now+max(a.Delay.Microseconds(), 1)
	}
	args, ukey := orNull(a.Args), any(nil)
	if a.Unique != "" {
		ukey = a.Unique
	}
	if a.Keep > 0 {
		trail |= trailKeep
	}
	if m.Tags != nil {
		trail |= trailTags
	}
	if len(a.Args) > longArgs {
		args, trail = nil, trail|trailArgs
	}
	n, err := a.tx.exec(ctx, addSQL, packID(a.ID), a.queue(), a.Kind, store.Format,
		state, a.Priority, ord, a.now, args, ukey, trail, m.stored())
	if err != nil || n == 0 || trail&(trailTags|trailArgs) == 0 {
		return n > 0, err
	}
	return true, a.addRest(ctx)
}

// addRest stores what does not lie in the job's own row, the last one added.
func (a *admission) addRest(ctx context.Context) error {
	var seq int64
	rows, err := a.tx.query(ctx, lastSeqSQL)
	if err := one(rows, err, &seq); err != nil {
		return err
	}
	if len(a.Args) > longArgs {
		if _, err := a.tx.exec(ctx, argsAddSQL, seq, string(a.Args)); err != nil {
			return err
		}
	}
	for _, tag := range a.Tags {
		if _, err := a.tx.exec(ctx, tagAddSQL, tag, seq); err != nil {
			return err
		}
	}
	return nil
}

// refused finds out why a job is not added; false: nothing is against it.
func (a *admission) refused(ctx context.Context) (bool, error) {
	known, err := a.known(ctx)
	if err != nil || known {
		return known, err
	}
	return a.duplicate(ctx)
}

func (a *admission) known(ctx context.Context) (bool, error) {
	var known bool
	rows, err := a.tx.query(ctx, knownSQL, packID(a.ID))
	if err := one(rows, err, &known); err != nil || !known {
		return false, err
	}
	a.became.What = store.Known
	return true, nil
}

func (a *admission) duplicate(ctx context.Context) (bool, error) {
	if a.Unique == "" {
		return false, nil
	}
	var holder id
	rows, err := a.tx.query(ctx, holderSQL, a.Unique)
	if err := one(rows, err, &holder); err != nil {
		if err == errNoRow {
			err = nil
		}
		return false, err
	}
	a.became = store.Enqueued{ID: string(holder), What: store.Duplicate}
	return true, nil
}

// passed says whether a tick does not go in, and moves its schedule if it does.
func (a *admission) passed(ctx context.Context) (bool, error) {
	if refused, err := a.refused(ctx); err != nil || refused {
		return refused, err
	}
	n, err := a.tx.exec(ctx, tickSQL, a.Tick.Schedule, a.Tick.N)
	if err == nil && n == 0 {
		a.became.What = store.Passed
	}
	return n == 0, err
}
