package tasuki

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
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
	w     *Worker
	ring  loop.Wake
	ended chan struct{} // closed when the last event was told

	mu     sync.Mutex
	events []Event // not told yet
}

// eventsHeld is how many events wait for a slow hook until beats are left out.
const eventsHeld = 64

func newTeller(w *Worker) *teller {
	return &teller{w: w, ring: loop.NewWake(), ended: make(chan struct{})}
}

// put takes an event; false: it was a beat too many.
func (t *teller) put(e Event) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Name == EventBeat && len(t.events) >= eventsHeld {
		return false
	}
	t.events = append(t.events, e)
	t.ring.Ring()
	return true
}

// run tells events until the exit was told.
func (t *teller) run() {
	defer close(t.ended)
	for {
		t.mu.Lock()
		events := t.events
		t.events = nil
		t.mu.Unlock()
		for _, e := range events {
			t.tell(e)
			if e.Name == EventExit {
				return
			}
		}
		<-t.ring
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

// tell gives an event to OnEvent.
func (w *Worker) tell(e Event) {
	if w.cfg.OnEvent == nil {
		return
	}
	e.Worker, e.At = w.name, time.Now()
	if !w.teller.put(e) {
		w.log.Warn("OnEvent is slow; a beat is left out")
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
