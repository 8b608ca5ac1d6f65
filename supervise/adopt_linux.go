package supervise

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// adopt takes over the workers that supervisors before this one left. A record says which
// process a worker is; where it does not, the processes that hold locks do. A lock that is
// free does not say that there is none: a program may close what it inherits, as Delayed
// Job does at its start.
func (s *Supervisor) adopt() error {
	identities, err := s.room.identities()
	if err != nil {
		return fmt.Errorf("look for workers: %w", err)
	}
	found, err := s.room.census()
	if err != nil {
		return err
	}
	for identity := range found.of {
		if _, ok := slotIn(identity); ok && !slices.Contains(identities, identity) {
			identities = append(identities, identity)
		}
	}
	slices.SortFunc(identities, s.room.recordedFirst) // what is found must not be another's
	for _, identity := range identities {
		if err := s.takeOver(identity, found); err != nil {
			return err
		}
	}
	st, re := s.room.state()
	s.plan.resume(re, st.Generation, time.Now())
	if re.underWay() {
		s.log.Info("a restart goes on that another supervisor began", slog.Int("generation", re.generation))
	}
	return nil
}

// recordedFirst orders identities: those with a record that names a process come first.
func (r room) recordedFirst(a, b string) int {
	rank := func(identity string) int {
		if rec, err := r.record(identity); err == nil && rec.PID > 0 {
			return 0
		}
		return 1
	}
	return cmp.Or(rank(a)-rank(b), strings.Compare(a, b))
}

// takeOver takes over one worker, if it lives.
func (s *Supervisor) takeOver(identity string, found census) error {
	rec, err := s.room.record(identity)
	known := err == nil && rec.PID > 0
	if known {
		c, err := s.orphan(rec)
		if err == nil {
			s.adopted(c, rec.Untold)
			return nil
		}
		known = rec.Boot != s.self.Boot || rec.Space == s.self.Space // else it may live in another container
	}
	if !known && s.takeFound(identity, rec, found) {
		return nil
	}
	lock, err := s.room.lock(lockName(identity))
	switch {
	case err == nil:
		lock.Close()
		return s.room.remove(recordName(identity))
	case !errors.Is(err, errTaken):
		return err
	case known || found.names(identity) != "": // its worker is dead
		s.held(identity)
	default:
		s.hide(identity)
	}
	return nil
}

func (s *Supervisor) adopted(c *child, untold bool) {
	s.children[c.process] = c
	s.plan.takenOver(c.process, untold, time.Now())
	s.attend(c)
	s.log.Info("worker taken over", append(s.who(c), slog.String("phase", string(c.phase)))...)
}

// orphan is the worker of a record, if it lives.
func (s *Supervisor) orphan(rec record) (*child, error) {
	fd, err := unix.PidfdOpen(rec.PID, 0)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", rec.PID, err)
	}
	id, err := host.Of(rec.PID)
	if err != nil || !rec.is(id) {
		unix.Close(fd)
		return nil, fmt.Errorf("process %d is another one now", rec.PID)
	}
	rec.renew()
	c := &child{id: id, fd: fd, process: &process{slot: s.slotOf(rec.Slot), identity: rec.Identity, generation: rec.Generation, manner: rec.Manner, pid: rec.PID, started: rec.Started,
		phase: rec.Phase, retire: rec.Retire, unready: rec.Unready, readyAt: rec.ReadyAt, quietAt: rec.QuietAt, stopAt: rec.StopAt, report: rec.Report}}
	if c.hears, err = s.hear(c); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return c, nil
}

// slotOf is a slot; one beyond those that there are is made for a worker that has to end.
func (s *Supervisor) slotOf(n int) *slot {
	for _, at := range s.plan.slots {
		if at.number == n {
			return at
		}
	}
	at := &slot{number: n, surplus: true}
	s.plan.slots = append(s.plan.slots, at)
	return at
}
