package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"
)

// who are the attributes that name a worker.
func (s *Supervisor) who(c *child) []any {
	return []any{slog.String("worker", c.identity), slog.Int("generation", c.generation), slog.Int("pid", c.pid)}
}

// carryAll carries out orders. Workers that could not be started are made known after that:
// what the plan decides then must not be written down beside signals that it gave before.
func (s *Supervisor) carryAll(orders []order) {
	failed := map[*slot]error{}
	for _, o := range orders {
		if o.do != "start" {
			s.carry(o)
		} else if err := s.begin(o); err != nil {
			failed[o.slot] = err
		}
	}
	s.keepChanged()
	for at, err := range failed {
		s.plan.unstarted(at, err, time.Now())
		s.log.Error("worker could not be started", slog.String("slot", at.name()), slog.Any("error", err), slog.Duration("again_in", time.Until(at.notBefore)))
	}
}

// carry carries out an order to a worker.
func (s *Supervisor) carry(o order) {
	c := s.children[o.of]
	if c == nil {
		return
	}
	level := slog.LevelInfo
	if o.do == "kill" {
		level = slog.LevelWarn
	}
	s.log.Log(context.Background(), level, "signal to worker", append(s.who(c), slog.String("signal", o.signal.String()), slog.String("why", o.why))...)
	s.keep(c, o.do == "signal")
	if err := c.signal(o.signal); err == nil {
		c.note = ""
	} else if !errors.Is(err, syscall.ESRCH) { // it has ended
		c.note = fmt.Sprintf("signal %v was not sent: %v", o.signal, err)
		s.log.Error("a worker could not be signalled", append(s.who(c), slog.Any("error", err), slog.String("hint", hintFor(err)))...)
	}
	s.keep(c, false)
}

// hintFor is what may be done about a signal that was refused.
func hintFor(err error) string {
	if errors.Is(err, syscall.EPERM) {
		return "the worker has changed its user: run the supervisor as that user, or as root"
	}
	return "end it by hand"
}

// begin starts a worker.
func (s *Supervisor) begin(o order) error {
	c, err := s.start(o.slot, max(1, s.plan.generation))
	if err != nil {
		return err
	}
	s.children[c.process] = c
	s.plan.lives(c.process)
	s.attend(c)
	s.log.Info("worker started", append(s.who(c), slog.String("why", o.why))...)
	return nil
}

// attend sees to a worker from now on.
func (s *Supervisor) attend(c *child) {
	s.keep(c, false)
	c.ooms.look(c.pid)
	quit, ours := int(s.quit[0].Fd()), c.manner.Kind == Tasuki
	s.watches.Go(func() {
		c.watch(quit, func() { s.happens(event{of: c, ended: new(c.autopsy(ours))}) })
	})
}

// keep writes down what the next supervisor has to know of a worker; untold: the signal
// of its phase is sent after that.
func (s *Supervisor) keep(c *child, untold bool) {
	rec := recordOf(c, untold)
	rec.Report.Status = "" // changes often, and says nothing to a supervisor
	s.write(recordName(c.identity), rec)
	c.kept = c.course()
}

// A course is what of a worker changes seldom enough to be written down each time.
type course struct {
	phase          phase
	retire, name   string
	ready, unready bool
}

func (c *child) course() course {
	return course{c.phase, c.retire, c.report.Name, c.report.Ready, c.unready}
}

// keepChanged writes down what was decided about workers, and says who is ready.
func (s *Supervisor) keepChanged() {
	for _, c := range s.children {
		if c.kept == c.course() {
			continue
		}
		if c.kept.phase == starting && c.phase == working {
			s.log.Info("worker is ready", append(s.who(c), slog.Duration("after", time.Since(c.started)))...)
		}
		s.keep(c, false)
	}
}

// keepState writes down what the next supervisor has to know of this one, if it changed.
func (s *Supervisor) keepState() {
	text, err := json.Marshal(stateOf(s.plan))
	if err == nil && string(text) != s.state {
		s.state = string(text)
		s.write(stateName, stateOf(s.plan))
	}
}

// write writes a file, and says so once if that is impossible: workers are found without
// it, though less is known of them.
func (s *Supervisor) write(name string, v any) {
	err := s.room.write(name, v)
	switch {
	case err == nil:
		s.unwritten = false
	case !s.unwritten:
		s.unwritten = true
		s.log.Error("what the next supervisor has to know could not be written", slog.String("file", name), slog.Any("error", err))
	}
}
