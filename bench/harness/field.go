package harness

import (
	"fmt"
	"time"
)

// The columns of what drain and enqueue answer.
var (
	Started   = Column{Head: "jobs/s, started", Key: "started"}
	Recorded  = Column{Head: "jobs/s, recorded", Key: "recorded"}
	Rate      = Column{Head: "jobs/s", Key: "recorded"}
	CPU       = Column{Head: "CPU µs/job", Key: "cpu", Digits: 1}
	ServerCPU = Column{Head: "server CPU µs/job", Key: "server", Digits: 1}
	Allocs    = Column{Head: "allocs/job", Key: "allocs", Whole: true}
	Peak      = Column{Head: "peak RSS MB", Key: "peak", Whole: true}
)

// A Field is who takes part in the measurements that all programs have, and what is
// printed of those that have columns of a store's own.
type Field struct {
	Contestants []Contestant
	Drained     []Column // of Drain
	Enqueued    []Column // of Enqueue
	Idled       []Column // of Idle
}

// Sizes say how many jobs a contestant's measurement takes, by its name. Who has none
// does not take part.
type Sizes map[string]int

// Rows are those of the contestants that have a size.
func (f *Field) Rows(size Sizes, task Task, filled bool) []Row {
	var all []Row
	for i := range f.Contestants {
		name := f.Contestants[i].Name
		n := size[name]
		if n == 0 {
			continue
		}
		row := Row{Label: name, Task: task}
		row.Task.Contestant, row.Task.Jobs = name, n
		if filled {
			row.Fill.Jobs = n
		}
		all = append(all, row)
	}
	return all
}

// Drain works off a full queue.
func (f *Field) Drain(name string, slots int, size Sizes) *Contest {
	return &Contest{
		Name:    name,
		Title:   fmt.Sprintf("No-op jobs worked off from a full queue, %d slots", slots),
		Rows:    f.Rows(size, Task{Measure: "drain", Slots: slots}, true),
		Columns: f.Drained,
		Runs:    5,
	}
}

// A Manner is a way to enqueue.
type Manner struct {
	title          string
	callers, batch int
}

var (
	OneByOne = Manner{"Enqueue one by one", 1, 1}
	ByTen    = Manner{"Enqueue one by one, 10 goroutines", 10, 1}
	InBulk   = Manner{"Enqueue in bulk, 1,000 a call", 1, 1000}
)

// Enqueue fills an empty queue.
func (f *Field) Enqueue(name string, m Manner, size Sizes) *Contest {
	return &Contest{
		Name: name, Title: m.title,
		Rows:    f.Rows(size, Task{Measure: "enqueue", Callers: m.callers, Batch: m.batch}, false),
		Columns: f.Enqueued,
		Runs:    5,
	}
}

// Latency is how long jobs that come now and then wait, in one process.
func (f *Field) Latency(every time.Duration, size Sizes) *Contest {
	return f.wait("latency", "Latency from Enqueue to start, one process", every, size)
}

// Across is Latency between two processes.
func (f *Field) Across(every time.Duration, size Sizes) *Contest {
	return f.wait("across", "Latency from Enqueue to start, two processes", every, size)
}

func (f *Field) wait(name, title string, every time.Duration, size Sizes) *Contest {
	return &Contest{
		Name: name, Title: title,
		Rows: f.Rows(size, Task{Measure: name, Slots: 10, Every: every}, false),
		Columns: []Column{{Head: "p50 ms", Key: "p50", Digits: 2}, {Head: "p99 ms", Key: "p99", Digits: 2},
			{Head: "max ms", Key: "max", Digits: 2}},
		Runs: 5,
	}
}

// Idle is a worker that has nothing to do, for a time.
func (f *Field) Idle(long time.Duration, size Sizes) *Contest {
	return &Contest{
		Name: "idle", Title: fmt.Sprintf("A worker without jobs, 10 slots, over %.0f s", long.Seconds()),
		Rows:    f.Rows(size, Task{Measure: "idle", Slots: 10, For: long}, false),
		Columns: f.Idled,
		Runs:    3,
	}
}
