package main

import (
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Sizes: how many jobs a measurement takes, so that each lasts about a second
// or two. All are multiples of the floor's batch of a hundred.
var (
	drainAt10 = harness.Sizes{full: 50_000, normal: 50_000, riverDefault: 200, riverTuned: 4_000,
		backliteFull: 200, backliteNormal: 200, rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
	drainAt100 = harness.Sizes{full: 100_000, normal: 100_000, riverDefault: 2_000, riverTuned: 8_000,
		backliteFull: 2_000, backliteNormal: 2_000, rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
	insertOne = harness.Sizes{full: 4_000, normal: 4_000, riverDefault: 1_000, backliteFull: 4_000, backliteNormal: 4_000,
		rawFull: 4_000, rawNormal: 4_000, plainFull: 4_000}
	insertBulk = harness.Sizes{full: 100_000, normal: 100_000, riverDefault: 20_000, backliteFull: 100_000, backliteNormal: 100_000,
		rawFull: 100_000, rawNormal: 100_000, plainFull: 100_000}
	waits       = harness.Sizes{full: 1000, normal: 1000, riverDefault: 1000, riverTuned: 1000, backliteFull: 1000, backliteNormal: 1000}
	waitsAcross = harness.Sizes{full: 1000, normal: 1000, riverDefault: 1000, riverTuned: 1000}
	idlers      = harness.Sizes{full: 1, riverDefault: 1, riverTuned: 1, backliteFull: 1}
)

var field = harness.Field{
	Contestants: contestants,
	Drained:     []harness.Column{harness.Started, harness.Recorded, harness.CPU, harness.Allocs, harness.Peak},
	Enqueued:    []harness.Column{harness.Rate, harness.CPU, harness.Allocs, harness.Peak},
	Idled: []harness.Column{{Head: "CPU %", Key: "cpu", Digits: 2},
		{Head: "statements/s", Key: "statements", Digits: 1}, {Head: "RSS MB", Key: "rss", Digits: 1}},
}

// contests are all measurements, in the order in which they run.
func contests() []*harness.Contest {
	return []*harness.Contest{
		field.Drain("drain100", 100, drainAt100),
		field.Drain("drain10", 10, drainAt10),
		often(field.Enqueue("insert1", harness.OneByOne, insertOne)),
		often(field.Enqueue("insert10", harness.ByTen, insertOne)),
		often(field.Enqueue("bulk", harness.InBulk, insertBulk)),
		field.Latency(pause, waits),
		field.Across(pause, waitsAcross),
		depth(),
		field.Idle(20*time.Second, idlers),
		slots(),
		growth(),
	}
}

// pause is how far apart the jobs of a latency are.
const pause = 7500 * time.Microsecond

// often measures more often than others do: syncs of a disk take as long as they like.
func often(c *harness.Contest) *harness.Contest {
	c.Runs = 9
	return c
}

func depth() *harness.Contest {
	return &harness.Contest{
		Name: "depth", Title: "tasuki with many jobs waiting, 100 slots",
		Rows:    harness.DepthRows(full, 3),
		Columns: field.Drained,
		Runs:    11,
	}
}

func slots() *harness.Contest {
	size := harness.Sizes{full: 20_000, riverTuned: 5_000, backliteFull: 1_000}
	return &harness.Contest{
		Name: "slots", Title: "Memory of a worker with 100 slots, beyond the empty process",
		Rows: field.Rows(size, harness.Task{Measure: "slots", Slots: 100}, true),
		Columns: []harness.Column{{Head: "empty process MB", Key: "empty", Digits: 1},
			{Head: "+ all slots filled MB", Key: "busy", Digits: 1}, {Head: "+ peak at full speed MB", Key: "peak", Digits: 1}},
		Runs: 5,
	}
}

func growth() *harness.Contest {
	return &harness.Contest{
		Name: "growth", Title: "One worker, 1,000,000 jobs enqueued beside it, 100 slots",
		Note: "Looked at while the queue is empty. The file keeps the ids of jobs that left for at least ten minutes.",
		Rows: field.Rows(harness.Sizes{full: 1_000_000}, harness.Task{Measure: "growth", Slots: 100}, false),
		Columns: []harness.Column{{Head: "heap MB", Key: "heap", Digits: 2}, {Head: "RSS MB", Key: "rss", Digits: 1},
			{Head: "goroutines", Key: "goroutines"}, {Head: "file MB", Key: "file", Digits: 1}, {Head: "WAL MB", Key: "wal", Digits: 1},
			{Head: "jobs/s until then", Key: "rate"}},
		Parts: []string{"after 100,000", "after 500,000", "after 1,000,000"},
		Runs:  3,
	}
}
