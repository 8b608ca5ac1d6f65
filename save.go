package tasuki

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The saver writes how far the running jobs are: one write in flight, at most 20 a
// second, so that kill -9 costs 50 ms of items; at once if somebody waits for it.
// What it could not write it makes anew; it never sends a state twice.
type saver struct {
	w      *Worker
	wake   loop.Wake
	hurry  atomic.Bool // somebody waits
	last   time.Time   // start of the last write; owned by the saver's goroutine
	errors outage
}

const (
	savePause = 50 * time.Millisecond
	saveLimit = 5 * time.Second
)

func newSaver(w *Worker) *saver {
	return &saver{w: w, wake: loop.NewWake(), errors: outage{log: w.log, what: "cursors could not be written"}}
}

func (s *saver) step(context.Context) time.Duration {
	if d := s.pausing(); d > 0 {
		return d
	}
	s.hurry.Store(false)
	var runs []*run
	var saves []store.Outcome
	for _, r := range s.w.desk.active() {
		if o, ok := r.unsaved(); ok {
			runs, saves = append(runs, r), append(saves, o)
		}
	}
	if len(saves) == 0 {
		return loop.Never
	}
	s.last = time.Now()
	ctx, cancel := context.WithTimeout(s.w.life, saveLimit)
	defer cancel()
	reply, err := s.w.st.Settle(ctx, store.SettleRequest{Worker: s.w.name, Outcomes: saves})
	if err != nil {
		for _, r := range runs {
			r.unsave()
		}
		return s.errors.begin(err)
	}
	s.errors.over()
	for i, res := range reply.Results {
		switch res.What {
		case store.Lost:
			s.w.desk.lose(runs[i : i+1])
		default:
			runs[i].saved(saves[i].Seq, res.Err)
		}
	}
	return savePause
}

// pausing is how long to wait before the next write.
func (s *saver) pausing() time.Duration {
	pause := s.errors.pausing()
	if s.hurry.Load() {
		return pause
	}
	return max(savePause-time.Since(s.last), pause)
}

// now makes the next write come at once.
func (s *saver) now() {
	s.hurry.Store(true)
	s.wake.Ring()
}
