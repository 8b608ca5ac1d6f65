package tasuki

import (
	"container/heap"
	"context"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The scheduler fires the ticks of the schedules that this worker's Config
// declares, each by an Enqueue that the store takes from one worker only. It goes
// by the store's clock, which it reads with each look at the rows.
type scheduler struct {
	w    *Worker
	st   store.Scheduler
	own  map[string]*Schedule // by name
	list []Schedule

	// Owned by the scheduler's goroutine.
	plans   map[string]*plan
	heap    plans
	clock   time.Time // the store's, at
	read    time.Time // this moment
	loaded  bool
	version uint64
	deleted uint64
	errors  outage
}

const (
	scheduleLimit = 10 * time.Second // of one step's calls
	schedulesPage = 250              // rows read or declared at once
)

func newScheduler(w *Worker) *scheduler {
	s := &scheduler{w: w, list: w.cfg.Schedules, own: map[string]*Schedule{}, plans: map[string]*plan{},
		errors: outage{log: w.log, what: "schedules could not be looked at or fired"}}
	s.st, _ = w.st.(store.Scheduler)
	for i := range s.list {
		s.own[s.list[i].Name] = &s.list[i]
	}
	return s
}

// now is the store's clock as far as this worker knows: it may be behind by as long
// as an answer took, and is never ahead.
func (s *scheduler) now() time.Time { return s.clock.Add(time.Since(s.read)) }

// step looks at the rows if a Beat has passed since, and fires what is due.
func (s *scheduler) step(context.Context) time.Duration {
	if len(s.list) == 0 {
		return loop.Never
	}
	if fresh, _ := s.w.pulse.fresh(); !fresh || s.w.beater.says() != store.Working {
		return s.w.cfg.Beat
	}
	if d := s.errors.pausing(); d > 0 {
		return d
	}
	ctx, cancel := context.WithTimeout(s.w.life, scheduleLimit)
	defer cancel()
	if !s.loaded || time.Since(s.read) >= s.w.cfg.Beat {
		if err := s.look(ctx); err != nil {
			return s.failed(err)
		}
	}
	if err := s.fire(ctx); err != nil {
		return s.failed(err)
	}
	s.errors.over()
	return s.pause()
}

func (s *scheduler) failed(err error) time.Duration {
	if s.w.life.Err() != nil {
		return loop.Never
	}
	return s.errors.begin(err)
}

// pause is how long until the next tick or the next look.
func (s *scheduler) pause() time.Duration {
	wait := s.w.cfg.Beat - time.Since(s.read)
	if len(s.heap) > 0 {
		wait = min(wait, s.heap[0].next.Sub(s.now()))
	}
	return max(wait, 0)
}

// look reads what changed in the store since the last look.
func (s *scheduler) look(ctx context.Context) error {
	if !s.loaded {
		return s.load(ctx)
	}
	req := store.SchedulesRequest{Since: s.version, Limit: schedulesPage}
	first, err := s.ask(ctx, req)
	if err != nil {
		return err
	}
	if first.Deleted != s.deleted || first.Version < s.version {
		return s.load(ctx)
	}
	for reply := first; ; {
		for _, row := range reply.Schedules {
			s.take(row)
		}
		if len(reply.Schedules) < schedulesPage {
			s.version = first.Version
			return nil
		}
		req.After = reply.Schedules[schedulesPage-1].Name
		if reply, err = s.ask(ctx, req); err != nil {
			return err
		}
	}
}

// load reads every row of this worker's names anew, page by page. Those that are not
// there were deleted: nobody fires them until a worker that starts declares them.
func (s *scheduler) load(ctx context.Context) error {
	first, err := s.ask(ctx, store.SchedulesRequest{Names: []string{}})
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(s.list))
	for rest := s.list; len(rest) > 0; {
		n := min(len(rest), schedulesPage)
		req := store.SchedulesRequest{}
		for i := range n {
			req.Names = append(req.Names, rest[i].Name)
		}
		reply, err := s.ask(ctx, req)
		if err != nil {
			return err
		}
		for _, row := range reply.Schedules {
			there[row.Name] = true
			s.take(row)
		}
		rest = rest[n:]
	}
	for name, p := range s.plans {
		if !there[name] {
			s.w.log.Info("schedule was deleted; it is declared again when a worker starts", slog.String("schedule", name))
			s.rest(p)
			delete(s.plans, name)
		}
	}
	s.loaded, s.version, s.deleted = true, first.Version, first.Deleted
	return nil
}

// ask reads rows, and the store's clock with them.
func (s *scheduler) ask(ctx context.Context, req store.SchedulesRequest) (store.SchedulesReply, error) {
	reply, err := s.st.Schedules(ctx, req)
	if err == nil {
		s.clock, s.read = reply.Now, time.Now()
	}
	return reply, err
}

// wait puts a plan into the heap, if it has a tick to come and is not paused.
func (s *scheduler) wait(p *plan) {
	if !p.next.IsZero() && !p.row.Paused {
		heap.Push(&s.heap, p)
	}
}

// rest takes a plan out of the heap.
func (s *scheduler) rest(p *plan) {
	if p.pos >= 0 {
		heap.Remove(&s.heap, p.pos)
	}
}
