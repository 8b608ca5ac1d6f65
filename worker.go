package tasuki

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// A Worker runs jobs: it claims them, runs their handlers, settles what became
// of them, beats, and watches that other workers live. Make one with New; run it
// with Main in a program of its own, with Run, or with Start and Stop inside a
// bigger one. A Worker runs once.
type Worker struct {
	cfg  Config
	st   store.Store
	name string
	self host.Identity
	info store.Worker
	log  *slog.Logger

	desk    *desk
	pulse   *pulse
	settler *settler
	saver   *saver
	beater  *beater
	claimer *claimer
	watcher *watcher
	pruner  *pruner
	planner *scheduler
	teller  *teller

	base  context.Context                    // parent of the handlers' contexts
	probe func(context.Context, probe.Point) // for tests; nil: none
	life  context.Context                    // of calls to the store; ends when all is over
	die   context.CancelFunc
	loops context.Context // of the actors' loops; a call on its way outlives it
	rest  context.CancelFunc
	close context.CancelFunc // ends the claimer
	wg    sync.WaitGroup     // the actors but the claimer
	claim sync.WaitGroup     // the claimer

	listens atomic.Bool // the store wakes us
	hands   hands
	exits   bool      // the process exits when Stop returns; set by Main before Start
	once    sync.Once // of stopping
	started atomic.Bool
	runs    atomic.Bool   // Start has succeeded
	hurried chan struct{} // closed by LastCall
	hurry   sync.Once
	doomed  chan error    // why the worker must end although nobody asked; capacity 1
	ended   chan struct{} // closed when every goroutine has ended
	result  error         // of the stop; set before stopped is closed
	stopped chan struct{}
}

// New makes a worker on st. A Config that cannot work is refused with the name
// of the field.
func New(st store.Store, cfg Config) (*Worker, error) {
	if st == nil {
		return nil, errors.New("tasuki.New: the store is nil")
	}
	if err := cfg.settle(); err != nil {
		return nil, err
	}
	if cfg.Queues[0].Weight > 0 && !st.Features().Weights {
		return nil, badConfig("Queues", "has weights, which store %s cannot do", st.Features().Name)
	}
	if err := checkHandlers(cfg.Handlers, st.Features()); err != nil {
		return nil, err
	}
	var err error
	if cfg.Schedules, err = checkSchedules(cfg.Schedules, st); err != nil {
		return nil, err
	}
	w := &Worker{cfg: cfg, st: st, self: host.Self(), hurried: make(chan struct{}),
		doomed: make(chan error, 1), ended: make(chan struct{}), stopped: make(chan struct{})}
	w.name = workerName(w.self)
	w.log = cfg.Logger.With(slog.String("worker", w.name))
	return w, nil
}

// build makes the actors; Main's flags have had their say by then.
func (w *Worker) build(ctx context.Context) {
	w.base = context.WithoutCancel(ctx)
	w.probe = probe.From(ctx)
	w.life, w.die = context.WithCancel(w.base)
	w.loops, w.rest = context.WithCancel(w.life)
	w.desk = newDesk(w.cfg.Slots)
	w.desk.begin = w.start
	w.pulse = newPulse(w.cfg.Standstill * 3 / 4)
	w.desk.fresh = func() bool { ok, _ := w.pulse.fresh(); return ok }
	w.settler, w.saver, w.beater = newSettler(w), newSaver(w), newBeater(w)
	w.claimer, w.watcher, w.pruner = newClaimer(w), newWatcher(w), &pruner{w}
	w.planner, w.teller = newScheduler(w), newTeller(w)
	w.info = w.describe()
}

func workerName(self host.Identity) string {
	name := self.Host
	if name == "" {
		name = "host"
	}
	return fmt.Sprintf("%.100s:%d:%s", name, self.PID, store.NewToken())
}

func (w *Worker) describe() store.Worker {
	self := w.self
	info := store.Worker{Name: w.name, Slots: w.cfg.Slots, Kinds: w.claimer.kinds, Version: version(), Tag: w.cfg.Tag, Standstill: w.cfg.Standstill,
		Process: store.Process{Host: self.Host, PID: self.PID, Boot: self.Boot, Space: self.Space, Start: self.Start}}
	for _, q := range w.cfg.Queues {
		info.Queues = append(info.Queues, q.Name)
		if q.Weight > 0 {
			info.Weights = append(info.Weights, q.Weight)
		}
	}
	return info
}

// Name is the worker's name in the store, host:pid:nonce.
func (w *Worker) Name() string { return w.name }

// Start makes the worker known to the store and starts its actors; it returns
// once it runs. ctx's values reach the handlers, its end does not. An error says
// that the store cannot be used; then nothing runs.
func (w *Worker) Start(ctx context.Context) error {
	if w.started.Swap(true) {
		return errors.New("tasuki: a Worker is started once; make another with New")
	}
	w.build(ctx)
	err := w.planner.declare(ctx)
	if err == nil {
		err = w.beater.beat(ctx)
	}
	if err != nil {
		w.die()
		close(w.ended)
		return fmt.Errorf("start worker: %w", err)
	}
	claiming, end := context.WithCancel(w.base)
	w.close = end
	w.log.Info("worker started", slog.Int("slots", w.cfg.Slots), slog.Any("queues", w.info.Queues),
		slog.Any("kinds", w.info.Kinds), slog.Duration("timeout", w.cfg.Timeout))
	if w.cfg.OnEvent != nil {
		go w.teller.run()
	}
	w.event(EventStartup, nil)
	w.actor(&w.wg, w.loops, w.beater.wake, w.beater.step)
	w.actor(&w.wg, w.loops, w.settler.wake, w.settler.step)
	w.actor(&w.wg, w.loops, w.saver.wake, w.saver.step)
	w.actor(&w.wg, w.loops, nil, w.watcher.step)
	w.actor(&w.wg, w.loops, nil, w.pruner.step)
	w.actor(&w.wg, w.loops, nil, w.planner.step)
	w.listen()
	w.actor(&w.claim, claiming, w.desk.freed, w.claimer.step)
	w.runs.Store(true)
	return nil
}

func (w *Worker) actor(wg *sync.WaitGroup, ctx context.Context, wake loop.Wake, step func(context.Context) time.Duration) {
	wg.Go(func() { loop.Run(ctx, wake, step) })
}

// listen lets the store wake the claimer, if it can.
func (w *Worker) listen() {
	l, ok := w.st.(store.Listener)
	if !ok {
		return
	}
	w.listens.Store(true)
	w.wg.Go(func() {
		if err := l.Listen(w.loops, w.info.Queues, w.desk.freed.Ring); err != nil {
			w.listens.Store(false)
			w.log.Warn("the store cannot wake this worker; it polls", slog.Any("error", err), slog.Duration("every", w.cfg.Poll))
		}
	})
}

// wokenPoll is how many times rarer a worker polls whose store wakes it: a wake is
// lost only with the process that was about to say it, or with the line to the store.
const wokenPoll = 5

// poll is how long to wait before looking for jobs although nothing woke the worker.
func (w *Worker) poll() time.Duration {
	if w.listens.Load() {
		return wokenPoll * w.cfg.Poll
	}
	return w.cfg.Poll
}

// Run starts the worker and stops it when ctx ends. It returns when every
// goroutine of it has ended, with one exception: handlers that outlive the
// stop's timeout, which it names in a StillRunning.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.Start(ctx); err != nil {
		return err
	}
	var why error
	select {
	case <-ctx.Done():
	case why = <-w.doomed:
	}
	err := w.Stop(context.WithoutCancel(ctx))
	if why != nil {
		return errors.Join(why, err)
	}
	return err
}

// Doomed tells whoever used Start that the worker asks to be stopped: with nil
// because a person ordered it, with an error because its store is gone. Run and
// Main act on it themselves.
func (w *Worker) Doomed() <-chan error { return w.doomed }

func (w *Worker) doom(err error) {
	select {
	case w.doomed <- err:
	default:
	}
}

// Done is closed when every goroutine of the worker has ended, handlers
// included.
func (w *Worker) Done() <-chan struct{} { return w.ended }
