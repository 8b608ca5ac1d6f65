package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// schedules are the rows by name, and what counts them all. Last is not kept in
// a row: the ticks are.
type schedules struct {
	rows    map[string]store.Schedule
	version uint64 // the last one given
	deleted uint64
}

func (c *schedules) copy() schedules {
	return schedules{rows: maps.Clone(c.rows), version: c.version, deleted: c.deleted}
}

// put stores a row that changed.
func (c *schedules) put(row store.Schedule) {
	c.version++
	row.Version = c.version
	c.rows[row.Name] = row
}

// Declare writes schedules; see [store.Scheduler].
func (s *Store) Declare(ctx context.Context, all []store.Schedule) ([]store.Schedule, error) {
	if !s.features.Schedules {
		return nil, unsupported("declare")
	}
	if err := s.checkSchedules(all); err != nil || len(all) == 0 {
		return nil, err
	}
	if err := s.enter(ctx, "declare"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	before := make([]store.Schedule, len(all))
	for i := range all {
		if row, ok := s.schedules.rows[all[i].Name]; ok {
			before[i] = s.schedule(row)
		}
		s.declare(&all[i])
	}
	return before, nil
}

func (s *Store) checkSchedules(all []store.Schedule) error {
	names := make(map[string]bool, len(all))
	for i := range all {
		row := &all[i]
		if err := row.Check(s.features.MaxPayload); err != nil {
			return err
		}
		if names[row.Name] {
			return fmt.Errorf("schedule %q: %w: it is declared twice in one call", row.Name, store.ErrInvalid)
		}
		names[row.Name] = true
		if lack := s.lacks(&row.Job); lack != "" {
			return fmt.Errorf("schedule %q: %s: %w", row.Name, lack, store.ErrUnsupported)
		}
	}
	return nil
}

// declare writes one row, unless it says what is there already.
func (s *Store) declare(said *store.Schedule) {
	now := s.now()
	row, ok := s.schedules.rows[said.Name]
	switch {
	case !ok:
		row = store.Schedule{Name: said.Name, DeclaredAt: now, From: now}
	case bytes.Equal(definition(said), definition(&row)):
		return
	case said.Spec != row.Spec:
		row.From = now
	}
	row.Spec, row.Missed, row.Jitter, row.By, row.ChangedAt = said.Spec, said.Missed, said.Jitter, said.By, now
	row.Job = copyJob(said.Job)
	s.schedules.put(row)
}

// definition is what a program says of a schedule, to be compared.
func definition(row *store.Schedule) []byte {
	text, err := json.Marshal(store.Schedule{Spec: row.Spec, Missed: row.Missed, Jitter: row.Jitter, Job: row.Job})
	if err != nil {
		panic(err) // Check let arguments in that are no JSON
	}
	return text
}

func copyJob(j store.Job) store.Job {
	j.Args, j.Tags = slices.Clone(j.Args), slices.Clone(j.Tags)
	return j
}

// schedule is a copy of a row that shares nothing with it, with its last tick.
func (s *Store) schedule(row store.Schedule) store.Schedule {
	row.Job, row.Last = copyJob(row.Job), s.ticks[row.Name]
	return row
}

// Schedules answers rows; see [store.Scheduler].
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (store.SchedulesReply, error) {
	if !s.features.Schedules {
		return store.SchedulesReply{}, unsupported("schedules")
	}
	if err := s.enter(ctx, "schedules"); err != nil {
		return store.SchedulesReply{}, err
	}
	defer s.mu.Unlock()
	reply := store.SchedulesReply{Version: s.schedules.version, Deleted: s.schedules.deleted, Now: s.now()}
	only := make(map[string]bool, len(req.Names))
	for _, name := range req.Names {
		only[name] = true
	}
	for name, row := range s.schedules.rows {
		if row.Version > req.Since && name > req.After && (req.Names == nil || only[name]) {
			reply.Schedules = append(reply.Schedules, s.schedule(row))
		}
	}
	slices.SortFunc(reply.Schedules, func(a, b store.Schedule) int { return strings.Compare(a.Name, b.Name) })
	if req.Limit > 0 && len(reply.Schedules) > req.Limit {
		reply.Schedules = reply.Schedules[:req.Limit]
	}
	return reply, nil
}

// Switch pauses, resumes or deletes schedules; see [store.Scheduler].
func (s *Store) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (int, error) {
	if !s.features.Schedules {
		return 0, unsupported("switch schedules")
	}
	turn, ok := switches[to]
	if !ok {
		return 0, fmt.Errorf("switch schedules to %q: no such way: %w", to, store.ErrInvalid)
	}
	if err := s.enter(ctx, "switch schedules"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	changed := 0
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if row, ok := s.schedules.rows[name]; ok && turn(s, row) {
			changed++
		}
	}
	return changed, nil
}

// switches are the ways that Switch knows; each says whether it changed the row.
var switches = map[store.ScheduleSwitch]func(*Store, store.Schedule) bool{
	store.SchedulePause: func(s *Store, row store.Schedule) bool {
		return !row.Paused && s.switchTo(row, true)
	},
	store.ScheduleResume: func(s *Store, row store.Schedule) bool {
		row.From = s.now()
		return row.Paused && s.switchTo(row, false)
	},
	store.ScheduleDelete: func(s *Store, row store.Schedule) bool {
		delete(s.schedules.rows, row.Name)
		delete(s.ticks, row.Name)
		s.schedules.deleted++
		return true
	},
}

func (s *Store) switchTo(row store.Schedule, paused bool) bool {
	row.Paused, row.ChangedAt = paused, s.now()
	s.schedules.put(row)
	return true
}
