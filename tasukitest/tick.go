package tasukitest

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// Schedules are fired by a worker of their own that runs no jobs: it lives until it
// looks whether they have changed, by when it has fired what was due.

// tick fires what is due of the Config's schedules.
func (b *Box) tick() error {
	if len(b.settings.cfg.Schedules) == 0 {
		return nil
	}
	d := newDoor(b.settings.st, nil)
	cfg := tasuki.Config{Schedules: b.settings.cfg.Schedules, Logger: b.settings.cfg.Logger,
		Beat: time.Millisecond, Standstill: time.Minute} // it looks with each beat
	if cfg.Logger == nil {
		cfg.Logger = logOf(b.t, d)
	}
	w, err := tasuki.New(d, cfg)
	if err != nil {
		return err
	}
	if err := w.Start(context.Background()); err != nil {
		return err
	}
	<-d.over
	return w.Stop(context.Background())
}

// untilTick is how long until a schedule's next tick; negative if there is none.
func (b *Box) untilTick() time.Duration {
	if b.Clock == nil {
		return -1
	}
	next, now := time.Duration(-1), b.Clock.Now()
	for _, s := range b.settings.cfg.Schedules {
		at := s.At.Next(now)
		if d := at.Sub(now); !at.IsZero() && (next < 0 || d < next) {
			next = d
		}
	}
	return next
}

// looked notes that schedules were read. The first time that all are asked for is a
// beat after the names were.
func (d *door) looked(req store.SchedulesRequest) {
	if req.Names == nil {
		d.finish()
	}
}
