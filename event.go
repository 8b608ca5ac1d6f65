package tasuki

import (
	"context"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An EventName is a stage in a worker's life.
type EventName string

const (
	EventStartup  EventName = "startup"  // known to the store, about to claim
	EventQuiet    EventName = "quiet"    // claims no more; running jobs are told
	EventResume   EventName = "resume"   // claims again
	EventShutdown EventName = "shutdown" // a stop begins
	EventLastCall EventName = "lastcall" // contexts are cancelled
	EventExit     EventName = "exit"     // all is over; Err says how
	EventBeat     EventName = "beat"     // the store answered a heartbeat
	EventRelease  EventName = "release"  // this worker took back what a dead one held; Dead and Released say what
)

// An Event tells OnEvent what happens to the worker.
type Event struct {
	Name   EventName
	Worker string
	At     time.Time
	Err    error // on exit: what Stop answers

	Dead     string           // on release: the dead worker's name
	Released []store.Released // on release: what it held
}

// The teller calls OnEvent, one event after another in a goroutine of its own, so
// that a slow hook holds up nothing but later events.
type teller struct {
	w      *Worker
	events chan Event
	ended  chan struct{} // closed when the last event was told
}

// eventsHeld is how many events wait for a slow hook; beats beyond are left out.
const eventsHeld = 64

func newTeller(w *Worker) *teller {
	return &teller{w: w, events: make(chan Event, eventsHeld), ended: make(chan struct{})}
}

// run tells events until the exit was told.
func (t *teller) run() {
	defer close(t.ended)
	for e := range t.events {
		t.tell(e)
		if e.Name == EventExit {
			return
		}
	}
}

func (t *teller) tell(e Event) {
	defer func() {
		if p := recover(); p != nil {
			t.w.log.Error("OnEvent panicked", slog.String("event", string(e.Name)), slog.Any("panic", p))
		}
	}()
	t.w.cfg.OnEvent(t.w.base, e)
}

func (w *Worker) event(name EventName, err error) {
	w.tell(Event{Name: name, Err: err})
}

// tell gives an event to OnEvent; a slow one misses it.
func (w *Worker) tell(e Event) {
	if w.cfg.OnEvent == nil {
		return
	}
	e.Worker, e.At = w.name, time.Now()
	select {
	case w.teller.events <- e:
	default:
		w.log.Warn("OnEvent is slow; an event is left out", slog.String("event", string(e.Name)))
	}
}

// told waits until the exit was told, at the latest until the stop's end.
func (w *Worker) told(end time.Time) {
	if w.cfg.OnEvent == nil {
		return
	}
	ctx, cancel := context.WithDeadline(w.base, end.Add(-w.margin()/2))
	defer cancel()
	select {
	case <-w.teller.ended:
	case <-ctx.Done():
		w.log.Warn("OnEvent did not return in time")
	}
}
