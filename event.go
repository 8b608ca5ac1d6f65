package tasuki

import (
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

func (w *Worker) event(name EventName, err error) {
	if w.cfg.OnEvent == nil {
		return
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("OnEvent panicked", slog.String("event", string(name)), slog.Any("panic", p))
		}
	}()
	w.cfg.OnEvent(w.base, Event{Name: name, Worker: w.name, At: time.Now(), Err: err})
}
