package store

import (
	"context"
	"fmt"
	"time"
)

// Scheduler is optional: a store that keeps schedules, so that any worker may
// fire any of them at any time. See Features.Schedules. A tick is fired by
// Enqueue of a job with its Tick; the store compares.
type Scheduler interface {
	// Declare writes schedules, all of them or none. A name that is not there is
	// added; one that is gets the new Spec, Missed, Jitter, Job and By, while
	// Paused, Last and DeclaredAt stay as they are: the last Declare wins. One
	// that says just what is there already is not written and keeps By and
	// Version. It answers each name's row as it was before, in the given order;
	// one that was not there has Version 0. What the store sets is not read.
	//
	// A schedule that [Schedule.Check] refuses fails the whole call with that
	// error. The same name twice in one call is ErrInvalid. No schedules: nil, nil.
	Declare(ctx context.Context, all []Schedule) ([]Schedule, error)

	// Schedules answers the rows that changed after version req.Since, in name
	// order, and what the version is now. Deleted ones are not reported, except
	// by Deleted, which counts all that ever were: a caller that sees it change,
	// or the version fall (the store came back from a crash with an older state),
	// reads everything anew. A caller that reads in pages goes on from the Version
	// and the Deleted of its first page: what changes meanwhile is above them.
	Schedules(ctx context.Context, req SchedulesRequest) (SchedulesReply, error)

	// Switch pauses, resumes or deletes schedules and answers how many of them
	// are there and were changed; a name that is given twice counts once. A paused
	// one is not fired by workers that heard of it; jobs that are enqueued already
	// stay. The last tick of a deleted one is forgotten. No names: nothing. A
	// switch that is none of the three is ErrInvalid.
	Switch(ctx context.Context, names []string, to ScheduleSwitch) (int, error)
}

// A Schedule says which job is to be enqueued when. The store keeps it and does
// not read Spec; who fires does.
type Schedule struct {
	Name string `json:"name"` // 1 to MaxName bytes
	// Spec is the times in text, such as "0 3 * * * Europe/Berlin"; 1 to MaxSpec
	// bytes.
	Spec string `json:"spec"`
	// Missed is what happens to ticks of a time in which nobody fired: "skip",
	// "once" or "all".
	Missed Missed `json:"missed"`
	// Jitter is the most by which a tick's job is delayed by chance.
	Jitter time.Duration `json:"jitter,omitempty"`
	// Job is what a tick enqueues, with a new ID, its Tick and its jitter. Its ID
	// and Tick are empty here, its Delay counts from the tick.
	Job Job `json:"job"`
	// By is who declared it, for people; at most MaxName bytes.
	By string `json:"by,omitempty"`

	// Set by the store.
	Paused     bool      `json:"paused,omitempty"`
	Last       int64     `json:"last,omitempty"`       // the highest Tick.N that was used up; 0: none
	DeclaredAt time.Time `json:"declared_at,omitzero"` // when its name was first declared
	ChangedAt  time.Time `json:"changed_at,omitzero"`  // when Version was raised
	// From is when it was first declared, got another Spec or was resumed,
	// whichever came last: what its Spec says of earlier moments are no ticks.
	From time.Time `json:"from,omitzero"`
	// Version is raised by each Declare that wrote the row and each Switch that
	// changed it, not by ticks, above those of all rows there are and ever were.
	Version uint64 `json:"version"`
}

// Missed says what becomes of ticks that nobody fired in time.
type Missed string

const (
	MissedSkip Missed = "skip" // they are passed over
	MissedOnce Missed = "once" // the latest of them is made up for
	MissedAll  Missed = "all"  // all of them are, in order
)

// MaxSpec is the limit in bytes on Schedule.Spec.
const MaxSpec = 1000

// Check says whether a store may keep the schedule: nil, or an error that wraps
// ErrInvalid. limit is as in [Job.Check].
func (s *Schedule) Check(limit int) error {
	job := s.Job
	job.ID = "x"
	switch {
	case s.Name == "" || !validName(s.Name, MaxName):
		return fmt.Errorf("schedule %q: %w: Name must be 1 to %d bytes of UTF-8 without control characters", clip(s.Name), ErrInvalid, MaxName)
	case s.Spec == "" || !validName(s.Spec, MaxSpec):
		return fmt.Errorf("schedule %q: %w: Spec must be 1 to %d bytes of UTF-8 without control characters", s.Name, ErrInvalid, MaxSpec)
	case s.Missed != MissedSkip && s.Missed != MissedOnce && s.Missed != MissedAll:
		return fmt.Errorf("schedule %q: %w: Missed is %q (hint: skip, once or all)", s.Name, ErrInvalid, clip(string(s.Missed)))
	case !validName(s.By, MaxName):
		return fmt.Errorf("schedule %q: %w: By must be at most %d bytes of UTF-8 without control characters", s.Name, ErrInvalid, MaxName)
	case s.Jitter < 0:
		return fmt.Errorf("schedule %q: %w: Jitter is negative", s.Name, ErrInvalid)
	case s.Job.ID != "" || s.Job.Tick != (Tick{}):
		return fmt.Errorf("schedule %q: %w: its Job must have neither ID nor Tick, each tick gets its own", s.Name, ErrInvalid)
	}
	if err := job.Check(limit); err != nil {
		return fmt.Errorf("schedule %q: %w", s.Name, err)
	}
	return nil
}

// A SchedulesRequest asks for rows.
type SchedulesRequest struct {
	Since uint64   // only those with a Version above it; 0: all
	Names []string // only these; nil: all
	After string   // only names after this one, for pages
	Limit int      // at most so many; 0: all
}

// A SchedulesReply is what the store holds.
type SchedulesReply struct {
	Schedules []Schedule
	Version   uint64    // the highest that was ever given, of all rows together
	Deleted   uint64    // how many were ever deleted
	Now       time.Time // the store's clock
}

// ScheduleSwitch is what a person does with a schedule.
type ScheduleSwitch string

const (
	SchedulePause  ScheduleSwitch = "pause"
	ScheduleResume ScheduleSwitch = "resume"
	ScheduleDelete ScheduleSwitch = "delete"
)
