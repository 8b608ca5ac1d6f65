package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// end notes that a worker has ended. Its record stays, so that nobody takes a program which
// it left, and which has its environment, for a worker.
func (s *Supervisor) end(c *child, e ending, now time.Time) {
	c.bury()
	delete(s.children, c.process)
	s.judge(c, &e)
	s.plan.gone(c.process, e.exit, now)
	level := slog.LevelInfo
	if e.Signal != 0 || c.phase != stopping {
		level = slog.LevelWarn
	}
	s.log.Log(context.Background(), level, "worker ended", append(s.who(c), slog.String("how", e.String()), slog.Duration("lived", now.Sub(c.started)))...)
	s.sayLeft(c, e)
	s.testify(c, Death{Process: c.id, Name: c.report.Name, Lived: now.Sub(c.started), At: now,
		Why: fmt.Sprintf("%v after %v", e.exit, now.Sub(c.started).Round(time.Millisecond))})
}

// judge finds what an exit alone does not tell.
func (s *Supervisor) judge(c *child, e *ending) {
	switch {
	case !c.killed.IsZero():
		e.By = "it was given " + c.given.Round(time.Millisecond).String()
	case e.Signal == int(syscall.SIGKILL):
		e.OOM = s.oomKilled(c)
	case e.Signal == 0 && e.Code == 0 && !e.Unknown && c.unborn():
		lock, err := s.room.lock(lockName(c.identity))
		if err == nil {
			lock.Close()
		}
		e.fled = len(e.left) > 0 || errors.Is(err, errTaken)
	}
}

// sayLeft names programs of a worker that has ended.
func (s *Supervisor) sayLeft(c *child, e ending) {
	if len(e.killed) > 0 {
		s.log.Warn("programs of a worker that left jobs behind were killed with it, since those run anew", append(s.who(c), slog.String("programs", listed(e.killed)))...)
	}
	if len(e.left) > 0 {
		s.log.Warn("programs of a worker that has ended live on", append(s.who(c), slog.String("programs", listed(e.left)))...)
	}
}

// How long the witness may take for one try, is waited until the next, and is waited for
// when the supervisor itself ends.
const (
	witnessTime  = 10 * time.Second
	witnessPause = 100 * time.Millisecond
	witnessRest  = 30 * time.Second
	witnessLast  = 5 * time.Second
)

// testify tells the witness of a death, again and again until it has done what it does.
func (s *Supervisor) testify(c *child, d Death) {
	if s.cfg.Witness == nil {
		return
	}
	who := s.who(c)
	s.testimonies.Go(func() {
		total := 0
		for pause := witnessPause; ; pause = min(2*pause, witnessRest) {
			ctx, cancel := context.WithTimeout(s.life, witnessTime)
			jobs, err := s.cfg.Witness.Died(ctx, d)
			cancel()
			if total += jobs; err == nil {
				s.released(c, d, total)
				return
			}
			s.log.Warn("what a dead worker held could not be released yet", append(who, slog.Any("error", err), slog.Duration("again_in", pause))...)
			if !loop.Rest(s.life, pause) {
				return
			}
		}
	})
}

// released says what became of a dead worker's jobs.
func (s *Supervisor) released(c *child, d Death, jobs int) {
	if jobs == 0 {
		return
	}
	took := time.Since(d.At)
	s.log.Warn("what a dead worker held was released", append(s.who(c), slog.Int("jobs", jobs), slog.String("why", d.Why), slog.Duration("after", took))...)
	note := event{do: func() {
		c.slot.last += fmt.Sprintf(", %d of its jobs released after %v", jobs, took.Round(time.Millisecond))
	}}
	select {
	case s.events <- note:
	case <-s.over:
	case <-s.life.Done():
	}
}

// lastWitness waits for testimonies that are under way, for a while: after that other
// workers see that the dead one stands still.
func (s *Supervisor) lastWitness(cancel context.CancelFunc) {
	late := time.AfterFunc(witnessLast, cancel)
	defer late.Stop()
	s.testimonies.Wait()
	cancel()
}
