package measure

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// A Sample is one value of a metric that is read.
type Sample struct {
	Metric *Metric
	Value  float64
	Labels []string // values, in the order of Metric.Labels
}

// A Statuser is a worker, as far as a Reader needs it.
type Statuser interface{ Status() tasuki.Status }

// A Reader reads the gauges: of the workers it watches, and of the store.
type Reader struct {
	looker *Looker // nil: no store
	queues *names

	mu      sync.Mutex
	workers []Statuser
}

// NewReader makes a Reader beside m; looker may be nil.
func NewReader(m *Meter, looker *Looker) *Reader { return &Reader{looker: looker, queues: m.queues} }

// Watch adds a worker.
func (r *Reader) Watch(w Statuser) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.workers = append(r.workers, w)
}

// Read answers all that can be said now.
func (r *Reader) Read(ctx context.Context) []Sample {
	r.mu.Lock()
	workers := slices.Clone(r.workers)
	r.mu.Unlock()
	var s samples
	if len(workers) > 0 {
		s.workers(workers)
	}
	if r.looker != nil {
		s.store(r.looker.Look(ctx), r.queues)
	}
	return s
}

type samples []Sample

func (s *samples) add(m *Metric, v float64, labels ...string) {
	*s = append(*s, Sample{m, v, labels})
}

// states are all values of the label, so that each is 0 when it is not 1.
var states = []string{"starting", string(store.Working), string(store.Quiet), string(store.Stopping), string(store.Leaving), "ended"}

func stateOf(s tasuki.Status) string {
	switch {
	case s.Ended:
		return "ended"
	case !s.Started:
		return "starting"
	}
	return string(s.State)
}

func (s *samples) workers(all []Statuser) {
	count := map[string]int{}
	var busy, slots int
	var age time.Duration
	for _, w := range all {
		status := w.Status()
		count[stateOf(status)]++
		if status.Started && !status.Ended {
			busy, slots, age = busy+status.Busy, slots+status.Slots, max(age, status.BeatAge)
		}
	}
	for _, state := range states {
		s.add(WorkerState, float64(count[state]), state)
	}
	s.add(WorkerBusy, float64(busy))
	s.add(WorkerSlots, float64(slots))
	s.add(BeatAge, age.Seconds())
}

func (s *samples) store(l Look, queues *names) {
	if l.Err != nil {
		s.add(StoreUp, 0)
		return
	}
	s.add(StoreUp, 1)
	s.add(StoreDone, float64(l.Stats.Done))
	s.add(StoreFailed, float64(l.Stats.Failed))
	count := map[string]int{}
	for _, w := range l.Workers {
		count[string(w.State)]++
	}
	for _, state := range states[1:5] { // those that a beat says
		s.add(StoreWorkers, float64(count[state]), state)
	}
	s.queues(l.Stats.Queues, queues)
}

// A lane is what queues of one label have together.
type lane struct {
	jobs    map[store.State]int
	latency time.Duration
	paused  bool
}

func (s *samples) queues(all []store.QueueStats, names *names) {
	lanes := map[string]*lane{}
	for _, q := range all {
		label := names.label(q.Name)
		l := lanes[label]
		if l == nil {
			l = &lane{jobs: map[store.State]int{}}
			lanes[label] = l
		}
		for state, n := range q.Counts {
			l.jobs[state] += n
		}
		l.latency, l.paused = max(l.latency, q.Latency), l.paused || q.Paused
	}
	for _, name := range slices.Sorted(maps.Keys(lanes)) {
		s.lane(name, lanes[name])
	}
}

// waiting are the states that a queue always shows, so that an empty one is 0.
var waiting = []store.State{store.Scheduled, store.Ready, store.Running, store.Retry, store.Dead}

func (s *samples) lane(name string, l *lane) {
	for _, state := range waiting {
		s.add(QueueJobs, float64(l.jobs[state]), name, string(state))
		delete(l.jobs, state)
	}
	for _, state := range slices.Sorted(maps.Keys(l.jobs)) {
		s.add(QueueJobs, float64(l.jobs[state]), name, string(state))
	}
	paused := 0.0
	if l.paused {
		paused = 1
	}
	s.add(QueueLatency, l.latency.Seconds(), name)
	s.add(QueuePaused, paused, name)
}
