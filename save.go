package tasuki

import (
	"context"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The saver writes the newest cursors of what runs: one write in flight, at most
// 20 a second, so that kill -9 costs 50 ms of items. What it could not write it
// makes anew; it never sends a cursor twice.
type saver struct {
	w      *Worker
	wake   loop.Wake
	last   time.Time // start of the last write; owned by the saver's goroutine
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
	if d := max(savePause-time.Since(s.last), s.errors.pausing()); d > 0 {
		return d
	}
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
		case store.Refused:
			s.w.log.Error("the store refused a cursor", append(logAttrs(runs[i]), slog.Any("error", res.Err))...)
		}
	}
	return savePause
}

// unsave makes the newest cursor due again.
func (r *run) unsave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.saved, r.told = 0, false
}
