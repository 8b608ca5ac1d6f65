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
	seen    map[string]sight
	small   bool      // the fleet was, when it was last read
	stepped time.Time // when the last step ended
	calm    time.Time // until when nobody need look: all moved in the last look
	errors  outage
}

func newWatcher(w *Worker) *watcher {
	return &watcher{w: w, self: w.self, small: true, errors: outage{log: w.log, what: "watching other workers failed"}}
}

func (v *watcher) step(context.Context) time.Duration {
	pause := v.pause()
	if d := v.errors.pausing(); d > 0 {
		return d
	}
	began := time.Now()
	if began.Sub(v.stepped) > 3*pause+100*time.Millisecond || v.w.pulse.age() > 2*v.w.cfg.Beat {
		v.seen = nil
	}
	v.stepped = began
	if v.seen != nil && began.Before(v.calm) && !v.bereft() {
		return pause
	}
	ctx, cancel := context.WithTimeout(v.w.life, v.w.cfg.Standstill/2)
	defer cancel()
	dead, err := v.look(ctx)
	v.stepped = time.Now()
	v.calm = v.rest(began)
	if v.stepped.Sub(began) > 2*pause+100*time.Millisecond {
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

// pause is the time between two looks, unless all is calm.
func (v *watcher) pause() time.Duration { return max(v.w.cfg.Standstill/12, time.Millisecond) }

// rest is until when nobody need look after one that began then: where all that it saw
// had moved there is nothing to see before they beat again. That leaves room for the
// bound on a release: a beat that just missed this look is seen in the next one, and
// stands still from there.
func (v *watcher) rest(began time.Time) time.Time {
	for _, s := range v.seen {
		if !s.moved || s.since.Before(began) {
			return began
		}
	}
	return began.Add(v.w.cfg.Beat - v.pause()/2)
}

// bereft says whether a process that was seen is gone, as far as this machine can tell.
func (v *watcher) bereft() bool {
	for _, s := range v.seen {
		if v.self.Gone(s.process) {
			return true
		}
	}
	return false
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
