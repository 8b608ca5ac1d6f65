package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// ErrRunning: another supervisor works in this directory.
var ErrRunning = errors.New("a supervisor is already running")

// A Supervisor keeps workers running; see the package's description.
type Supervisor struct {
	cfg    Config
	room   room
	log    *slog.Logger
	self   host.Identity
	events chan event
	over   chan struct{} // closed when the loop has ended

	// The goroutine of Run owns what follows.
	plan      *plan
	children  map[*process]*child
	lock      *os.File // of the directory, which it holds
	waiting   []waiter
	watches   sync.WaitGroup
	free      func() int64      // how much memory is
	hidden    []string          // identities whose locks somebody holds who cannot be seen
	strays    map[string]string // who holds the locks of dead workers, by identity
	state     string            // what was last written of the plan
	unwritten bool              // the last write failed
	quit      [2]*os.File       // closing the second ends the watches
	looks     atomic.Int64      // at the workers, by anybody's reading
	left      error             // why it goes without an end of its workers
	exits     map[int]lastExit  // by slot

	began       time.Time
	life        context.Context // of testimonies, set before the loop
	testimonies sync.WaitGroup
}

// An event is something that the supervisor's loop has to see to.
type event struct {
	of      *child
	said    map[string]string
	ended   *ending
	restart *waiter
	do      func() // asks or changes what the loop owns
}

// A waiter waits for the end of a restart.
type waiter struct {
	stopFirst bool
	of        *restart
	done      chan error
}

// New makes a supervisor. A configuration that cannot work is refused with its field's
// name.
func New(cfg Config) (*Supervisor, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	if err := watchable(); err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	r, err := enter(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("supervise: %w", err)
	}
	s := &Supervisor{cfg: cfg, room: r, log: cfg.Log, self: host.Self(), events: make(chan event, 64), over: make(chan struct{}), children: map[*process]*child{}, strays: map[string]string{}, exits: map[int]lastExit{}, began: time.Now()}
	s.plan = newPlan(&s.cfg)
	s.plan.room, s.free = s.fits, freeMemory
	return s, nil
}

// Run starts the workers and keeps them running until ctx ends; then it stops them and
// returns when all have ended. If ctx has ended already it only stops those that a
// supervisor before this one left. ErrRunning: there is another one. ErrRemoved: there may be, and
// this one has left its workers to it.
func (s *Supervisor) Run(ctx context.Context) error {
	lock, err := s.claim(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	s.lock = lock
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	s.quit = [2]*os.File{r, w}
	defer func() { close(s.over); w.Close(); s.watches.Wait(); r.Close() }()
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.life = life
	defer s.lastWitness(cancel)
	if err := s.adopt(); err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	s.loop(ctx)
	return s.left
}

// Dir is the directory of its locks as /proc has it.
func (s *Supervisor) Dir() string { return string(s.room) }

// loop decides, does it, and waits for what comes.
func (s *Supervisor) loop(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	stop := ctx.Done()
	if ctx.Err() != nil {
		stop = nil
		s.plan.stop(time.Now())
	}
	for s.left == nil {
		orders, at := s.plan.decide(time.Now())
		s.keepState()
		s.carryAll(orders)
		s.answer()
		if s.plan.stops() && len(s.children) == 0 {
			return
		}
		if len(orders) > 0 {
			continue // what was done may ask for more
		}
		wait := time.Hour
		if !at.IsZero() {
			wait = max(time.Millisecond, time.Until(at))
		}
		timer.Reset(wait)
		select {
		case e := <-s.events:
			s.take(e)
		case <-timer.C:
		case <-tick.C:
			s.look(time.Now())
		case <-stop:
			stop = nil
			s.log.Info("stopping all workers", slog.Int("workers", len(s.children)), slog.Duration("timeout", s.cfg.Timeout))
			s.plan.stop(time.Now())
		}
	}
}

// happens brings an event to the loop.
func (s *Supervisor) happens(e event) {
	select {
	case s.events <- e:
	case <-s.over:
	}
}

// take sees to an event.
func (s *Supervisor) take(e event) {
	now := time.Now()
	switch {
	case e.do != nil:
		e.do()
	case e.restart != nil:
		s.look(now) // who became ready since the last look may have jobs
		e.restart.of = s.plan.begin(now, e.restart.stopFirst)
		s.waiting = append(s.waiting, *e.restart)
		s.log.Info("restart", slog.Int("generation", e.restart.of.generation))
	case s.children[e.of.process] != e.of: // it has been buried
	case e.ended != nil:
		s.end(e.of, *e.ended, now)
	case e.said != nil:
		s.plan.told(e.of.process, e.of.report.heard(e.said), now)
	}
}
