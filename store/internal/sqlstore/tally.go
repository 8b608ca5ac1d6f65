package sqlstore

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Tally counts jobs by queue and state, as Stats answers them.
type Tally struct {
	now    int64
	queues map[string]*store.QueueStats
}

// NewTally begins to count at a time.
func NewTally(now int64) *Tally { return &Tally{now: now, queues: map[string]*store.QueueStats{}} }

// Pause notes that a queue is paused.
func (t *Tally) Pause(queue string) { t.queue(queue).Paused = true }

// Count adds n jobs of a queue in one state, of which the first became due at a time.
func (t *Tally) Count(queue string, state int64, n int, oldest int64) {
	q, name := t.queue(queue), StateNames[state]
	q.Counts[name] += n
	if name == store.Ready {
		q.Latency = max(q.Latency, time.Duration(t.now-oldest)*time.Microsecond)
	}
}

func (t *Tally) queue(name string) *store.QueueStats {
	if t.queues[name] == nil {
		t.queues[name] = &store.QueueStats{Name: name, Counts: map[store.State]int{}}
	}
	return t.queues[name]
}

// Queues are all that were counted, in the order of their names.
func (t *Tally) Queues() (all []store.QueueStats) {
	for _, name := range slices.Sorted(maps.Keys(t.queues)) {
		all = append(all, *t.queues[name])
	}
	return all
}

// Worker is what a worker said of itself. What the store goes by when it releases one,
// name and beat, has columns of its own, so that it can be released even if nothing
// else can be read.
func Worker(info, name string, beat int64) store.Worker {
	var w store.Worker
	if json.Unmarshal([]byte(info), &w) != nil {
		w = store.Worker{State: store.Working, Tag: "what it says of itself cannot be read"}
	}
	w.Name, w.Beat = name, uint64(beat)
	return w
}
