package tasuki

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/store"
)

// The watcher looks at the beats of the next workers in name order and releases
// who has stood still. It trusts its own eyes only: a standstill counts from its
// own first sight of the number, on its own monotonic clock, and starts anew
// whenever it was itself frozen, cut off from the store or unable to beat.
type watcher struct {
	w    *Worker
	self host.Identity

	// Owned by the watcher's goroutine.
	seen   map[string]sight
	looked time.Time
	errors outage
}

// A sight is a beat number and since when it was seen to be that.
type sight struct {
	beat  uint64
	since time.Time
	moved bool // it was seen to change: since is when
}

const (
	watchMoving  = 3   // so many moving neighbours are enough
	watchPage    = 4   // workers read at once
	watchUnknown = 100 // workers never seen before that one look goes past
)

func newWatcher(w *Worker) *watcher {
	return &watcher{w: w, self: w.self, errors: outage{log: w.log, what: "watching other workers failed"}}
}

func (v *watcher) step(context.Context) time.Duration {
	pause := v.pause()
	if d := v.errors.pausing(); d > 0 {
		return d
	}
	ctx, cancel := context.WithTimeout(v.w.life, v.w.cfg.Standstill/2)
	defer cancel()
	began := time.Now()
	if began.Sub(v.looked) > 3*pause+100*time.Millisecond || v.w.pulse.age() > 2*v.w.cfg.Beat {
		v.seen = nil
	}
	dead, err := v.look(ctx)
	v.looked = time.Now()
	if v.looked.Sub(began) > 2*pause+100*time.Millisecond {
		v.seen = nil // the look itself hung: what it saw is old
		dead = nil
	}
	if err != nil {
		v.seen = nil
		if v.w.life.Err() == nil {
			return v.errors.begin(err)
		}
		return pause
	}
	v.errors.over()
	for _, d := range dead {
		v.release(ctx, d)
	}
	return pause
}

// pause is the time between two looks.
func (v *watcher) pause() time.Duration { return max(v.w.cfg.Standstill/12, time.Millisecond) }

// moving says whether a worker was seen to beat as often as it should.
func (v *watcher) moving(s sight) bool {
	return s.moved && time.Since(s.since) <= v.w.cfg.Beat+v.pause()
}

type deadWorker struct {
	worker store.Worker
	why    string
}

// look reads the ring of workers behind this one, on past those that stand
// still or that it has not seen before, until it has seen three that move. Who
// knows nobody yet looks at all.
func (v *watcher) look(ctx context.Context) ([]deadWorker, error) {
	all := v.seen == nil
	fresh, moving, unknown := map[string]sight{}, 0, 0
	var dead []deadWorker
	after, wrapped := v.w.name, false
	for all || moving < watchMoving && unknown < watchUnknown {
		page, err := v.w.st.Workers(ctx, store.WorkersRequest{After: after, Limit: watchPage})
		if err != nil {
			return nil, fmt.Errorf("look at workers: %w", err)
		}
		for _, o := range page {
			if after = o.Name; o.Name == v.w.name || wrapped && o.Name > v.w.name {
				v.seen = fresh
				return dead, nil
			}
			s, why := v.judge(o)
			fresh[o.Name] = s
			if _, known := v.seen[o.Name]; !known {
				unknown++
			}
			if v.moving(s) {
				moving++
			}
			if why != "" {
				dead = append(dead, deadWorker{o, why})
			}
		}
		if len(page) < watchPage {
			if wrapped {
				break
			}
			after, wrapped = "", true
		}
	}
	v.seen = fresh
	return dead, nil
}

// judge says since when a worker's beat stands still, and why it is dead if it
// is.
func (v *watcher) judge(o store.Worker) (sight, string) {
	now := time.Now()
	s, known := v.seen[o.Name]
	if !known || s.beat != o.Beat {
		s = sight{beat: o.Beat, since: now, moved: known}
	}
	limit := max(v.w.cfg.Standstill, o.Standstill)
	if o.State == store.Leaving {
		limit /= 6 // it said that exiting is the next thing it does
	}
	p := o.Process
	switch still := now.Sub(s.since); {
	case v.self.Gone(host.Identity{Host: p.Host, PID: p.PID, Boot: p.Boot, Space: p.Space, Start: p.Start}):
		return s, fmt.Sprintf("process %d on %s is gone", p.PID, p.Host)
	case still >= limit:
		return s, fmt.Sprintf("its beat stood still for %v", still.Round(time.Millisecond))
	}
	return s, ""
}

func (v *watcher) release(ctx context.Context, d deadWorker) {
	reply, err := v.w.st.Release(ctx, store.ReleaseRequest{
		Worker: d.worker.Name, Beat: d.worker.Beat, MaxDeaths: maxDeaths,
		Why: fmt.Sprintf("released: worker %s: %s", d.worker.Name, d.why),
	})
	if err != nil {
		v.w.log.Error("releasing a dead worker failed", slog.String("dead", d.worker.Name), slog.Any("error", err))
		return
	}
	if !reply.Released {
		return // it beat again, or somebody was faster
	}
	v.w.log.Warn("released what a dead worker held", slog.String("dead", d.worker.Name),
		slog.String("why", d.why), slog.Int("jobs", len(reply.Jobs)), slog.Int("left", reply.Left))
	v.w.tell(Event{Name: EventRelease, Dead: d.worker.Name, Released: reply.Jobs})
	for _, j := range reply.Jobs {
		if j.State == store.Dead {
			v.w.log.Error("a job is dead: the workers that ran it died", slog.String("job", j.ID), slog.String("kind", j.Kind), slog.Int("deaths", maxDeaths))
		}
	}
}
