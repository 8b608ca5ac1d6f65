package tasuki

import (
	"container/heap"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// This file is how the scheduler fires: what is due, in one Enqueue.

// Limits of one Enqueue.
const (
	fireMost  = 500
	fireBytes = 4 << 20
)

// A shot is one schedule's part of it: its ticks and their jobs, and the tick that
// comes next then.
type shot struct {
	plan  *plan
	ticks []time.Time
	jobs  []store.Job
	next  time.Time
}

// fire enqueues what is due. If the call fails the plans stay where they were: a
// tick that came through all the same has passed when it is fired again.
func (s *scheduler) fire(ctx context.Context) error {
	now := s.now()
	shots := s.aim(now)
	err := s.shoot(ctx, shots, now)
	if len(shots) < 2 || !refused(err) {
		return err
	}
	for _, one := range shots { // one of them is to blame
		s.rest(one.plan)
		err = s.shoot(ctx, []shot{one}, now)
		if err != nil && !refused(err) {
			return err // the others are in the heap as they were
		}
	}
	return nil
}

// refused says whether the store will never take it.
func refused(err error) bool {
	return errors.Is(err, store.ErrInvalid) || errors.Is(err, store.ErrUnsupported)
}

// aim takes due plans out of the heap, as many as one Enqueue can hold.
func (s *scheduler) aim(now time.Time) (shots []shot) {
	for jobs, bytes := 0, 0; len(s.heap) > 0 && !s.heap[0].next.After(now) && jobs < fireMost && bytes < fireBytes; {
		p := heap.Pop(&s.heap).(*plan)
		size := 1 + len(p.row.Job.Args)
		ticks, next, over := p.due(now, min(fireMost-jobs, 1+(fireBytes-bytes)/size))
		s.tellFault(p)
		if over {
			s.w.log.Warn("more ticks were missed than are made up for; the older ones are left out",
				slog.String("schedule", p.row.Name), slog.Time("since", p.next), slog.Int("most", maxMissed))
		}
		one := shot{plan: p, ticks: ticks, next: next}
		for _, tick := range ticks {
			one.jobs = append(one.jobs, p.job(tick, now))
		}
		shots, jobs, bytes = append(shots, one), jobs+len(ticks), bytes+len(ticks)*size
	}
	return shots
}

// job is a tick's job. Its delay counts from the tick.
func (p *plan) job(tick, now time.Time) store.Job {
	job := p.row.Job
	job.ID, job.Tick = store.NewID(), store.Tick{Schedule: p.row.Name, N: tick.Unix()}
	due := tick.Add(job.Delay)
	if p.row.Jitter > 0 {
		due = due.Add(rand.N(p.row.Jitter))
	}
	job.Delay = max(due.Sub(now), 0)
	return job
}

// shoot makes one Enqueue of shots that are out of the heap, and puts them back: at
// their next ticks, or on an error as they were. One alone that the store refuses
// stays out.
func (s *scheduler) shoot(ctx context.Context, shots []shot, now time.Time) error {
	var jobs []store.Job
	for _, one := range shots {
		jobs = append(jobs, one.jobs...)
	}
	var got []store.Enqueued
	var err error
	if len(jobs) > 0 {
		got, err = s.w.st.Enqueue(ctx, jobs)
	}
	if refused(err) && len(shots) == 1 {
		s.w.log.Error("the store refuses a schedule's job; it is not fired until it is declared anew",
			slog.String("schedule", shots[0].plan.row.Name), slog.Any("error", err))
		return nil
	}
	for _, one := range shots {
		if err == nil {
			s.tellTicks(one, got[:len(one.jobs)], now)
			got = got[len(one.jobs):]
			one.plan.next = one.next
		}
		s.wait(one.plan)
	}
	return err
}

// tellTicks logs what became of ticks: aloud only of those that were missed.
func (s *scheduler) tellTicks(one shot, got []store.Enqueued, now time.Time) {
	name := slog.String("schedule", one.plan.row.Name)
	if len(got) == 0 {
		s.w.log.Info("missed ticks of a schedule are passed over", name, slog.Time("since", one.plan.next))
	}
	for i, tick := range one.ticks {
		level, msg, late := slog.LevelDebug, "schedule: tick "+string(got[i].What), now.Sub(tick)
		if late > inTime && got[i].What == store.Added {
			level, msg = slog.LevelInfo, "schedule: a missed tick is made up for"
		}
		s.w.log.Log(s.w.base, level, msg, name, slog.Time("tick", tick), slog.String("job", got[i].ID), slog.Duration("late", late))
	}
}
