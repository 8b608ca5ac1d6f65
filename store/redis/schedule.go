package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	declareScript   = load("declare")
	switchScript    = load("switch")
	schedulesScript = load("schedules")
)

func (s *Store) scheduleKeys() []string {
	return []string{s.keys.schedules(), s.keys.versions(), s.keys.counts(), s.keys.ticks()}
}

// A scheduleRest is what a row says beside its spec.
type scheduleRest struct {
	Missed store.Missed `json:"missed"`
	Jitter int64        `json:"jitter"` // ns
	Job    store.Job    `json:"job"`
}

// Declare writes schedules; see [store.Scheduler].
func (s *Store) Declare(ctx context.Context, all []store.Schedule) ([]store.Schedule, error) {
	if len(all) == 0 {
		return nil, nil
	}
	args := s.clock()[1:2]
	seen := map[string]bool{}
	for i := range all {
		d := &all[i]
		if err := d.Check(s.options.MaxPayload); err != nil {
			return nil, err
		}
		if seen[d.Name] {
			return nil, fmt.Errorf("schedule %q: %w: twice in one call", d.Name, store.ErrInvalid)
		}
		seen[d.Name] = true
		rest, err := json.Marshal(scheduleRest{Missed: d.Missed, Jitter: int64(d.Jitter), Job: d.Job})
		if err != nil {
			return nil, fmt.Errorf("schedule %q: %w", d.Name, err)
		}
		args = append(args, d.Name, d.Spec, d.By, string(rest))
	}
	msg, err := s.run(ctx, declareScript, s.scheduleKeys(), args)
	if err != nil {
		return nil, fmt.Errorf("declare: %w", err)
	}
	words, err := msg.AsStrSlice()
	if err != nil {
		return nil, fmt.Errorf("declare: %w", err)
	}
	before := make([]store.Schedule, len(all))
	for i := range all {
		if words[2*i] != "" {
			before[i] = readSchedule(all[i].Name, words[2*i], words[2*i+1])
		} else {
			before[i].Name = all[i].Name
		}
	}
	return before, nil
}

// readSchedule reads a row; see the script declare.
func readSchedule(name, row, tick string) store.Schedule {
	sch := store.Schedule{Name: name}
	part := strings.SplitN(row, "\n", 4)
	head := strings.Fields(part[0])
	if len(part) != 4 || len(head) != 5 {
		return sch
	}
	var n [5]int64
	for i := range head {
		n[i], _ = strconv.ParseInt(head[i], 10, 64)
	}
	var rest scheduleRest
	_ = json.Unmarshal([]byte(part[3]), &rest)
	sch.Version, sch.Paused, sch.Spec, sch.By = uint64(n[0]), n[1] == 1, part[1], part[2]
	sch.From, sch.DeclaredAt, sch.ChangedAt = moment(n[2]), moment(n[3]), moment(n[4])
	sch.Missed, sch.Jitter, sch.Job = rest.Missed, time.Duration(rest.Jitter), rest.Job
	if tick != "" {
		sch.Last = unordered(tick)
	}
	return sch
}

// Schedules answers the rows that changed; see [store.Scheduler].
func (s *Store) Schedules(ctx context.Context, req store.SchedulesRequest) (store.SchedulesReply, error) {
	msg, err := s.run(ctx, schedulesScript, s.scheduleKeys(), []string{s.clock()[1], strconv.FormatUint(req.Since, 10)})
	if err != nil {
		return store.SchedulesReply{}, fmt.Errorf("schedules: %w", err)
	}
	words, err := msg.AsStrSlice()
	if err != nil || len(words) < 3 {
		return store.SchedulesReply{}, fmt.Errorf("schedules: %w", err)
	}
	var reply store.SchedulesReply
	us, _ := strconv.ParseInt(words[0], 10, 64)
	reply.Now = moment(us)
	reply.Version, _ = strconv.ParseUint(words[1], 10, 64)
	reply.Deleted, _ = strconv.ParseUint(words[2], 10, 64)
	for row := range slices.Chunk(words[3:], 3) {
		if row[0] > req.After && (req.Names == nil || slices.Contains(req.Names, row[0])) {
			reply.Schedules = append(reply.Schedules, readSchedule(row[0], row[1], row[2]))
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
	if to != store.SchedulePause && to != store.ScheduleResume && to != store.ScheduleDelete {
		return 0, fmt.Errorf("switch to %q: %w (hint: pause, resume or delete)", to, store.ErrInvalid)
	}
	if len(names) == 0 {
		return 0, nil
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	msg, err := s.run(ctx, switchScript, s.scheduleKeys(), append([]string{s.clock()[1], string(to)}, names...))
	if err != nil {
		return 0, fmt.Errorf("switch: %w", err)
	}
	n, err := msg.AsInt64()
	return int(n), err
}
