package tasuki

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Schedule says which job is to be enqueued when. It is a row in the store, under
// its name: a worker that starts writes the schedules of its Config there, the
// newest start wins, and any worker whose Config has the name fires it, as the row
// says. However many workers there are, a tick makes one job.
//
// A name that a program has no more stays in the store and is fired by nobody
// who does not declare it; a person deletes it.
type Schedule struct {
	// Name is the schedule's, 1 to 255 bytes.
	Name string
	// At says when; package cron makes one of crontab's text.
	At Timing
	// Job is what each tick enqueues: Kind.Job makes it. Every tick gets a new ID.
	// Its Delay counts from the tick. With a Unique key a tick adds nothing while
	// the job of an earlier one is not done.
	Job store.Job
	// Missed is what becomes of ticks that nobody fired within a minute, because no
	// worker ran or the store was away: store.MissedOnce makes up for the latest of
	// them, store.MissedSkip for none, store.MissedAll for each, in order, the
	// newest thousand at most. Default: once.
	Missed store.Missed
	// Jitter is the most by which a tick's job is delayed by chance, so that what is
	// due at one moment does not run at one moment. Default 0.
	Jitter time.Duration
}

// A Timing is a set of moments, of whole seconds. If it has the method
// Parse(string) (Timing, error), which reads what String wrote, a worker also fires
// schedules that a newer version of its program declared with other times.
//
// It is an alias so that a Timing's package need not import this one for Parse.
type Timing = interface {
	// Next is the first moment after another; the zero time if there is none.
	Next(after time.Time) time.Time
	// String is the moments as text, the same in all versions that mean the same.
	String() string
}

// RunNow enqueues the job of a schedule at once, beside its ticks, paused or not. It
// is Duplicate if the job has a Unique key that is held. A store without schedules is
// store.ErrUnsupported, a name that is not there store.ErrInvalid.
func RunNow(ctx context.Context, st store.Producer, name string) (store.Enqueued, error) {
	rows, ok := st.(store.Scheduler)
	if !ok {
		return store.Enqueued{}, fmt.Errorf("run schedule %q now: %w", name, store.ErrUnsupported)
	}
	reply, err := rows.Schedules(ctx, store.SchedulesRequest{Names: []string{name}})
	if err != nil {
		return store.Enqueued{}, fmt.Errorf("run schedule %q now: %w", name, err)
	}
	if len(reply.Schedules) == 0 {
		return store.Enqueued{}, fmt.Errorf("run schedule %q now: %w: there is none of that name (hint: a worker that declares it writes it when it starts)", name, store.ErrInvalid)
	}
	job := reply.Schedules[0].Job
	job.ID, job.Delay = store.NewID(), 0
	got, err := Enqueue(ctx, st, job)
	if err != nil {
		return store.Enqueued{}, fmt.Errorf("run schedule %q now: %w", name, err)
	}
	return got[0], nil
}

// checkSchedules fills in the defaults and refuses schedules that cannot work on this
// store.
func checkSchedules(all []Schedule, st store.Store) ([]Schedule, error) {
	can := st.Features()
	if _, ok := st.(store.Scheduler); len(all) > 0 && (!ok || !can.Schedules) {
		return nil, badConfig("Schedules", "is set, and store %s keeps no schedules", can.Name)
	}
	checked, seen := make([]Schedule, len(all)), map[string]bool{}
	for i, s := range all {
		field := fmt.Sprintf("Schedules[%d]", i)
		if s.Missed == "" {
			s.Missed = store.MissedOnce
		}
		s.Job.ID = ""
		if s.At == nil {
			return nil, badConfig(field, "(%q) has no At", s.Name)
		}
		var err error
		if s.At, err = steadied(s.At); err != nil {
			return nil, badConfig(field, "(%q) has an At that cannot be used: %v", s.Name, err)
		}
		row, never := s.row(""), fires(s.At)
		switch err := row.Check(can.MaxPayload); {
		case err != nil:
			return nil, fmt.Errorf("tasuki.Config.%s: %w", field, err)
		case seen[s.Name]:
			return nil, badConfig(field, "is a second schedule named %q", s.Name)
		case (&Handler{settings: settings{job: s.Job}}).wants(can) != "":
			return nil, badConfig(field, "(%q) wants %s, which store %s cannot do", s.Name, (&Handler{settings: settings{job: s.Job}}).wants(can), can.Name)
		case never != nil:
			return nil, badConfig(field, "(%q) never fires: %s has no moment that is still to come: %v", s.Name, row.Spec, never)
		}
		seen[s.Name], checked[i] = true, s
	}
	return checked, nil
}

// steady is a Timing whose text was asked for once: no later answer can differ, or
// panic.
type steady struct {
	Timing
	spec string
}

func (s steady) String() string { return s.spec }

func steadied(at Timing) (s steady, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("its String panicked: %v", p)
		}
	}()
	return steady{at, at.String()}, nil
}

// fires says why a Timing has no moment that is still to come, if that is so.
func fires(at Timing) error {
	next, err := following(at, time.Now())
	if err == nil && next.IsZero() {
		err = errors.New("its Next answers the zero time")
	}
	return err
}

// row is the schedule as a store keeps it.
func (s *Schedule) row(by string) store.Schedule {
	return store.Schedule{Name: s.Name, Spec: s.At.String(), Missed: s.Missed, Jitter: s.Jitter, Job: s.Job, By: by}
}
