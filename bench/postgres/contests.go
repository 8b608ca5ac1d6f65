package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Sizes: how many jobs a measurement takes, so that each lasts about a second or two.
var (
	drainAt10  = harness.Sizes{tasukiOurs: 40_000, riverDefault: 200, riverTuned: 6_000, riverWide: 40_000, rawStore: 100_000, rawPlain: 100_000}
	drainAt100 = harness.Sizes{tasukiOurs: 100_000, riverDefault: 2_000, riverTuned: 20_000, riverWide: 40_000, rawStore: 100_000, rawPlain: 100_000}
	insertOne  = harness.Sizes{tasukiOurs: 4_000, riverDefault: 3_000, rawStore: 4_000, rawPlain: 4_000}
	insertTen  = harness.Sizes{tasukiOurs: 15_000, riverDefault: 8_000, rawStore: 15_000, rawPlain: 15_000}
	insertBulk = harness.Sizes{tasukiOurs: 100_000, riverDefault: 50_000, riverFast: 50_000, rawStore: 100_000, rawPlain: 100_000}

	slowAt100 = harness.Sizes{tasukiOurs: 40_000, riverDefault: 2_000, riverTuned: 10_000, riverWide: 40_000, rawStore: 50_000, rawPlain: 50_000}
	slowOne   = harness.Sizes{tasukiOurs: 500, riverDefault: 500, rawStore: 500, rawPlain: 500}
	slowTen   = harness.Sizes{tasukiOurs: 4_000, riverDefault: 4_000, rawStore: 4_000, rawPlain: 4_000}
	slowBulk  = harness.Sizes{tasukiOurs: 50_000, riverDefault: 50_000, riverFast: 50_000, rawStore: 50_000, rawPlain: 50_000}

	waits  = harness.Sizes{tasukiOurs: 200, riverDefault: 200, riverTuned: 200, rawRelay: 200}
	across = harness.Sizes{tasukiOurs: 200, riverDefault: 200, riverTuned: 200}
	idlers = harness.Sizes{tasukiOurs: 1, riverDefault: 1, riverTuned: 1}
)

var field = harness.Field{
	Contestants: contestants,
	Drained:     []harness.Column{harness.Started, harness.Recorded, harness.CPU, harness.ServerCPU, harness.Allocs, harness.Peak},
	Enqueued:    []harness.Column{harness.Rate, harness.CPU, harness.ServerCPU, harness.Allocs},
	Idled: []harness.Column{{Head: "statements/s", Key: "statements", Digits: 2}, {Head: "CPU %", Key: "cpu", Digits: 2},
		{Head: "server CPU %", Key: "server", Digits: 2}, {Head: "RSS MB", Key: "rss", Digits: 1}},
}

// contests are all measurements, in the order in which they run.
func contests(churn int) []*harness.Contest {
	return []*harness.Contest{
		field.Drain("drain100", 100, drainAt100),
		field.Drain("drain10", 10, drainAt10),
		field.Enqueue("insert1", harness.OneByOne, insertOne),
		field.Enqueue("insert10", harness.ByTen, insertTen),
		field.Enqueue("bulk1000", harness.InBulk, insertBulk),
		field.Latency(pause, waits),
		field.Across(pause, across),
		field.Idle(30*time.Second, idlers),
		depth(churn),
		longTransaction(),
		slow(field.Drain("drain100", 100, onSlow(slowAt100))),
		slow(field.Enqueue("insert1", harness.OneByOne, onSlow(slowOne))),
		slow(field.Enqueue("insert10", harness.ByTen, onSlow(slowTen))),
		slow(field.Enqueue("bulk1000", harness.InBulk, onSlow(slowBulk))),
	}
}

// pause is how far apart the jobs of a latency are.
const pause = 50 * time.Millisecond

// slow is the measurement on a disk of 2 ms.
func slow(c *harness.Contest) *harness.Contest {
	c.Name += slowly
	c.Title += ", on a disk of 2 ms"
	return c
}

// onSlow are sizes for the contestants of that disk.
func onSlow(size harness.Sizes) harness.Sizes {
	slow := harness.Sizes{}
	for name, n := range size {
		slow[name+slowly] = n
	}
	return slow
}

func depth(churn int) *harness.Contest {
	after := harness.DepthRow(tasukiOurs, harness.Churned, harness.Fill{Jobs: 10_000, Churn: churn}, 0)
	rows := harness.DepthRows(tasukiOurs, 1)
	return &harness.Contest{
		Name: "depth", Title: "tasuki with many jobs waiting, 100 slots",
		Note:    fmt.Sprintf("Churn: %d jobs were enqueued and worked off before in this very database, and nobody but autovacuum tidied up.", churn),
		Rows:    slices.Insert(rows, len(rows)-1, after),
		Columns: []harness.Column{harness.Started, harness.Recorded, harness.CPU, harness.ServerCPU},
		Runs:    7,
	}
}

// held is the end of the label of a row during whose work a transaction is open.
const held = ", a transaction open"

func longTransaction() *harness.Contest {
	c := &harness.Contest{
		Name: "longtx", Title: "The last jobs of a full queue, while a transaction is open since before the first, 100 slots",
		Note:    "tasuki and raw: the last 100,000 of 400,000; River: the last 10,000 of 60,000.",
		Columns: []harness.Column{harness.Started, harness.CPU, harness.ServerCPU},
		Runs:    3,
	}
	add := func(contestant string, jobs, skip int) {
		row := harness.Row{Label: contestant, Fill: harness.Fill{Jobs: jobs},
			Task: harness.Task{Measure: "drain", Contestant: contestant, Slots: 100, Jobs: jobs, Skip: skip}}
		c.Rows = append(c.Rows, row)
		row.Label, row.Task.Hold = contestant+held, true
		c.Rows = append(c.Rows, row)
	}
	add(tasukiOurs, 400_000, 300_000)
	add(rawStore, 400_000, 300_000)
	add(riverTuned, 60_000, 50_000)
	return c
}
