package main

import (
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Sizes: how many jobs a measurement takes, so that each lasts about a second
// or two. All are multiples of the floor's batch of a hundred.
var (
	drainAt10 = map[string]int{full: 50_000, normal: 50_000, riverDefault: 200, riverTuned: 4_000,
		backliteFull: 200, backliteNormal: 200, rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
	drainAt100 = map[string]int{full: 100_000, normal: 100_000, riverDefault: 2_000, riverTuned: 8_000,
		backliteFull: 2_000, backliteNormal: 2_000, rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
	insertOne = map[string]int{full: 4_000, normal: 4_000, riverDefault: 1_000, backliteFull: 4_000, backliteNormal: 4_000,
		rawFull: 4_000, rawNormal: 4_000, plainFull: 4_000}
	insertBulk = map[string]int{full: 100_000, normal: 100_000, riverDefault: 20_000, backliteFull: 100_000, backliteNormal: 100_000,
		rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
)

// The columns of what drain and enqueue answer.
var (
	startedColumn  = harness.Column{Head: "jobs/s, started", Key: "started"}
	recordedColumn = harness.Column{Head: "jobs/s, recorded", Key: "recorded"}
	rateColumn     = harness.Column{Head: "jobs/s", Key: "recorded"}
	cpuColumn      = harness.Column{Head: "CPU µs/job", Key: "cpu", Digits: 1}
	allocsColumn   = harness.Column{Head: "allocs/job", Key: "allocs", Whole: true}
	peakColumn     = harness.Column{Head: "peak RSS MB", Key: "peak", Whole: true}
)

// contests are all measurements, in the order in which they run.
func contests() []*harness.Contest {
	return []*harness.Contest{
		drain("drain100", 100, drainAt100),
		drain("drain10", 10, drainAt10),
		insert("insert1", "Enqueue one by one", 1, 1, insertOne),
		insert("insert10", "Enqueue one by one, 10 goroutines", 10, 1, insertOne),
		insert("bulk", "Enqueue in bulk, 1,000 a call", 1, 1000, insertBulk),
		latency("latency", "Latency from Enqueue to start, one process", full, normal, riverDefault, riverTuned, backliteFull, backliteNormal),
		latency("across", "Latency from Enqueue to start, two processes", full, normal, riverDefault, riverTuned),
		depth(),
		idle(),
		slots(),
		growth(),
	}
}

// rows makes a row of each contestant that has a size.
func rows(size map[string]int, task harness.Task, filled bool) []harness.Row {
	var all []harness.Row
	for i := range contestants {
		name := contestants[i].Name
		n := size[name]
		if n == 0 {
			continue
		}
		t := task
		t.Contestant, t.Jobs = name, n
		row := harness.Row{Label: name, Task: t}
		if filled {
			row.Fill.Jobs = n
		}
		all = append(all, row)
	}
	return all
}

func drain(name string, slots int, size map[string]int) *harness.Contest {
	return &harness.Contest{
		Name:    name,
		Title:   fmt.Sprintf("No-op jobs worked off from a full queue, %d slots", slots),
		Rows:    rows(size, harness.Task{Measure: "drain", Slots: slots}, true),
		Columns: []harness.Column{startedColumn, recordedColumn, cpuColumn, allocsColumn, peakColumn},
		Runs:    5,
	}
}

func insert(name, title string, callers, batch int, size map[string]int) *harness.Contest {
	return &harness.Contest{
		Name: name, Title: title,
		Rows:    rows(size, harness.Task{Measure: "enqueue", Callers: callers, Batch: batch}, false),
		Columns: []harness.Column{rateColumn, cpuColumn, allocsColumn, peakColumn},
		Runs:    9,
	}
}

func latency(name, title string, who ...string) *harness.Contest {
	size := map[string]int{}
	for _, w := range who {
		size[w] = 1000
	}
	return &harness.Contest{
		Name: name, Title: title,
		Rows: rows(size, harness.Task{Measure: name, Slots: 10, Every: 7500 * time.Microsecond}, false),
		Columns: []harness.Column{{Head: "p50 ms", Key: "p50", Digits: 2}, {Head: "p99 ms", Key: "p99", Digits: 2},
			{Head: "max ms", Key: "max", Digits: 2}},
		Runs: 5,
	}
}

// Labels of depth's rows.
const (
	shallow = "10,000 of 10,000 waiting"
	deep    = "10,000 of 1,000,000 waiting"
	behind  = "10,000 behind 1,000,000 of an unknown kind"
	whole   = "1,000,000 of 1,000,000 waiting"
)

func depth() *harness.Contest {
	row := func(label string, jobs, runs int, fill harness.Fill) harness.Row {
		return harness.Row{Label: label, Fill: fill, Runs: runs,
			Task: harness.Task{Measure: "drain", Contestant: full, Slots: 100, Jobs: jobs}}
	}
	return &harness.Contest{
		Name: "depth", Title: "tasuki with many jobs waiting, 100 slots",
		Rows: []harness.Row{
			row(shallow, 10_000, 0, harness.Fill{Jobs: 10_000}),
			row(deep, 10_000, 0, harness.Fill{Jobs: 1_000_000}),
			row(behind, 10_000, 0, harness.Fill{Jobs: 10_000, Strangers: 1_000_000}),
			row(whole, 1_000_000, 3, harness.Fill{Jobs: 1_000_000}),
		},
		Columns: []harness.Column{startedColumn, recordedColumn, cpuColumn, allocsColumn, peakColumn},
		Runs:    11,
	}
}

func idle() *harness.Contest {
	size := map[string]int{full: 1, riverDefault: 1, riverTuned: 1, backliteFull: 1}
	return &harness.Contest{
		Name: "idle", Title: "A worker without jobs, 10 slots, over 20 s",
		Rows: rows(size, harness.Task{Measure: "idle", Slots: 10, For: 20 * time.Second}, false),
		Columns: []harness.Column{{Head: "CPU %", Key: "cpu", Digits: 2},
			{Head: "statements/s", Key: "statements", Digits: 1}, {Head: "RSS MB", Key: "rss", Digits: 1}},
		Runs: 3,
	}
}

func slots() *harness.Contest {
	size := map[string]int{full: 20_000, riverTuned: 5_000, backliteFull: 1_000}
	return &harness.Contest{
		Name: "slots", Title: "Memory of a worker with 100 slots, beyond the empty process",
		Rows: rows(size, harness.Task{Measure: "slots", Slots: 100}, true),
		Columns: []harness.Column{{Head: "empty process MB", Key: "empty", Digits: 1},
			{Head: "+ all slots filled MB", Key: "busy", Digits: 1}, {Head: "+ peak at full speed MB", Key: "peak", Digits: 1}},
		Runs: 5,
	}
}

func growth() *harness.Contest {
	return &harness.Contest{
		Name: "growth", Title: "One worker, 1,000,000 jobs enqueued beside it, 100 slots",
		Note: "Looked at while the queue is empty. The file keeps the ids of jobs that left for at least ten minutes.",
		Rows: rows(map[string]int{full: 1_000_000}, harness.Task{Measure: "growth", Slots: 100}, false),
		Columns: []harness.Column{{Head: "heap MB", Key: "heap", Digits: 2}, {Head: "RSS MB", Key: "rss", Digits: 1},
			{Head: "goroutines", Key: "goroutines"}, {Head: "file MB", Key: "file", Digits: 1}, {Head: "WAL MB", Key: "wal", Digits: 1},
			{Head: "jobs/s until then", Key: "rate"}},
		Parts: []string{"after 100,000", "after 500,000", "after 1,000,000"},
		Runs:  3,
	}
}
