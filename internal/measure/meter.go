package measure

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// A Sink takes what happens: v more of a Counter, or one value for a Histogram,
// with values for the metric's labels in their order.
type Sink interface {
	Record(m *Metric, v float64, labels ...string)
}

// A Meter listens to workers and tells a Sink what happens.
type Meter struct {
	sink   Sink
	kinds  *names
	queues *names

	mu    sync.Mutex
	stops map[string]time.Time // by worker: when its stop began
}

// NewMeter makes a Meter. queues is shared with who reads the store, so that both
// name the same.
func NewMeter(sink Sink) *Meter {
	return &Meter{sink: sink, kinds: newNames(0), queues: newNames(mostQueues), stops: map[string]time.Time{}}
}

// Instrument answers cfg with the Meter listening, before whoever listened already.
func (m *Meter) Instrument(cfg tasuki.Config) tasuki.Config {
	for i := range cfg.Handlers {
		m.kinds.add(cfg.Handlers[i].Kind())
	}
	onJob, onEvent := cfg.OnJob, cfg.OnEvent
	cfg.OnJob = func(ctx context.Context, e tasuki.JobEnd) {
		m.job(ctx, e)
		if onJob != nil {
			onJob(ctx, e)
		}
	}
	cfg.OnEvent = func(ctx context.Context, e tasuki.Event) {
		m.event(e)
		if onEvent != nil {
			onEvent(ctx, e)
		}
	}
	return cfg
}

// outcomes are the verbs as a label; a run without one is lost.
var outcomes = map[store.Verb]string{
	store.Finish: "done", store.Fail: "failed", store.Bury: "dead", store.Snooze: "snoozed",
	store.HandOver: "handed_over", store.Cancel: "cancelled",
}

// Outcome is what became of a run, in a word.
func Outcome(v store.Verb) string {
	if o, ok := outcomes[v]; ok {
		return o
	}
	return "lost"
}

// Reason says why a run was handed over. ctx is the one that OnJob gets.
func Reason(ctx context.Context, e tasuki.JobEnd) string {
	if e.Redo > 0 {
		return "last_call"
	}
	select {
	case <-tasuki.Stopping(ctx):
		return "stop"
	default:
		return "turn"
	}
}

func (m *Meter) job(ctx context.Context, e tasuki.JobEnd) {
	kind, queue, outcome := m.kinds.label(e.Kind), m.queues.label(e.Queue), Outcome(e.Verb)
	m.sink.Record(RunsEnded, 1, kind, queue, outcome)
	m.sink.Record(RunDuration, e.Ran.Seconds(), kind, outcome)
	m.sink.Record(RunWait, e.Waited.Seconds(), kind, queue)
	if e.Items > 0 {
		m.sink.Record(ItemsDone, float64(e.Items), kind)
	}
	switch e.Verb {
	case store.HandOver:
		m.handedOver(kind, Reason(ctx, e), e)
	case store.Fail:
		m.redo(kind, "failure", e.Redo)
	case store.Finish, store.Bury, store.Cancel:
		m.life(kind, e)
	}
}

func (m *Meter) handedOver(kind, reason string, e tasuki.JobEnd) {
	m.sink.Record(HandedOver, 1, kind, reason)
	if reason != "turn" {
		m.sink.Record(Interrupted, 1, kind, reason)
	}
	m.redo(kind, "hand_over", e.Redo)
}

// redo counts work that comes again: of a run that ended in the middle of
// something, that one item.
func (m *Meter) redo(kind, cause string, again time.Duration) {
	if again <= 0 {
		return
	}
	m.sink.Record(RedoItems, 1, kind, cause)
	m.sink.Record(RedoTime, again.Seconds(), kind, cause)
}

// life counts what a job that is at its end went through.
func (m *Meter) life(kind string, e tasuki.JobEnd) {
	if e.Interruptions > 0 {
		m.sink.Record(JobInterruptions, float64(e.Interruptions), kind, "hand_over")
	}
	if e.Releases > 0 {
		m.sink.Record(JobInterruptions, float64(e.Releases), kind, "release")
	}
}

func (m *Meter) event(e tasuki.Event) {
	switch e.Name {
	case tasuki.EventBeat:
		m.sink.Record(Beats, 1)
	case tasuki.EventRelease:
		for _, r := range e.Released {
			m.released(r)
		}
	case tasuki.EventShutdown:
		m.mu.Lock()
		m.stops[e.Worker] = e.At
		m.mu.Unlock()
	case tasuki.EventExit:
		m.exit(e)
	}
}

// savedWithin is how old the cursor of a job may be when its worker dies.
const savedWithin = 50 * time.Millisecond

func (m *Meter) released(r store.Released) {
	kind := m.kinds.label(r.Kind)
	m.sink.Record(Released, 1, kind, string(r.State))
	m.sink.Record(Interrupted, 1, kind, "release")
	if r.State != store.Ready {
		return // it does not run again
	}
	again := r.Ran
	if r.Cursor {
		again = min(again, savedWithin)
	}
	m.redo(kind, "release", again)
}

func (m *Meter) exit(e tasuki.Event) {
	m.mu.Lock()
	began, ok := m.stops[e.Worker]
	delete(m.stops, e.Worker)
	m.mu.Unlock()
	if ok {
		m.sink.Record(StopDuration, e.At.Sub(began).Seconds())
	}
	var still *tasuki.StillRunning
	if errors.As(e.Err, &still) {
		m.jobs(StillRunning, still.Jobs)
	}
	var unrecorded *tasuki.Unrecorded
	if errors.As(e.Err, &unrecorded) {
		m.jobs(Unrecorded, unrecorded.Jobs)
	}
}

func (m *Meter) jobs(what *Metric, jobs []tasuki.Job) {
	for _, j := range jobs {
		m.sink.Record(what, 1, m.kinds.label(j.Kind))
	}
}
