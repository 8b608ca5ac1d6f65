package tasuki

import (
	"context"
	"log/slog"
	"time"
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
)

// An Event tells OnEvent what happens to the worker.
type Event struct {
	Name   EventName
	Worker string
	At     time.Time
	Err    error // on exit: what Stop answers
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
	if w.cfg.OnEvent == nil {
		return
	}
	select {
	case w.teller.events <- Event{Name: name, Worker: w.name, At: time.Now(), Err: err}:
	default:
		w.log.Warn("OnEvent is slow; an event is left out", slog.String("event", string(name)))
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
