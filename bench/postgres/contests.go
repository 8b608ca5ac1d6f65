package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Sizes: how many jobs a measurement takes, so that each lasts about a second or two.
var (
	drainAt10  = map[string]int{tasukiOurs: 40_000, riverDefault: 200, riverTuned: 6_000, riverWide: 40_000, rawStore: 100_000, rawPlain: 100_000}
	drainAt100 = map[string]int{tasukiOurs: 100_000, riverDefault: 2_000, riverTuned: 20_000, riverWide: 40_000, rawStore: 100_000, rawPlain: 100_000}
	insertOne  = map[string]int{tasukiOurs: 4_000, riverDefault: 3_000, rawStore: 4_000, rawPlain: 4_000}
	insertTen  = map[string]int{tasukiOurs: 15_000, riverDefault: 8_000, rawStore: 15_000, rawPlain: 15_000}
	insertBulk = map[string]int{tasukiOurs: 100_000, riverDefault: 50_000, riverFast: 50_000, rawStore: 100_000, rawPlain: 100_000}

	slowAt100 = map[string]int{tasukiOurs: 40_000, riverDefault: 2_000, riverTuned: 10_000, riverWide: 40_000, rawStore: 50_000, rawPlain: 50_000}
	slowOne   = map[string]int{tasukiOurs: 500, riverDefault: 500, rawStore: 500, rawPlain: 500}
	slowTen   = map[string]int{tasukiOurs: 4_000, riverDefault: 4_000, rawStore: 4_000, rawPlain: 4_000}
	slowBulk  = map[string]int{tasukiOurs: 50_000, riverDefault: 50_000, riverFast: 50_000, rawStore: 50_000, rawPlain: 50_000}
)

// The columns of what drain and enqueue answer.
var (
	startedColumn  = harness.Column{Head: "jobs/s, started", Key: "started"}
	recordedColumn = harness.Column{Head: "jobs/s, recorded", Key: "recorded"}
	rateColumn     = harness.Column{Head: "jobs/s", Key: "recorded"}
	cpuColumn      = harness.Column{Head: "CPU µs/job", Key: "cpu", Digits: 1}
	serverColumn   = harness.Column{Head: "server CPU µs/job", Key: "server", Digits: 1}
	allocsColumn   = harness.Column{Head: "allocs/job", Key: "allocs", Whole: true}
	peakColumn     = harness.Column{Head: "peak RSS MB", Key: "peak", Whole: true}

	drainColumns  = []harness.Column{startedColumn, recordedColumn, cpuColumn, serverColumn, allocsColumn, peakColumn}
	insertColumns = []harness.Column{rateColumn, cpuColumn, serverColumn, allocsColumn}
)

// contests are all measurements, in the order in which they run.
func contests(churn int) []*harness.Contest {
	return []*harness.Contest{
		drain("drain100", 100, drainAt100),
		drain("drain10", 10, drainAt10),
		insert("insert1", one, insertOne),
		insert("insert10", ten, insertTen),
		insert("bulk1000", bulk, insertBulk),
		latency("latency", "Latency from Enqueue to start, one process"),
		latency("across", "Latency from Enqueue to start, two processes"),
		idle(),
		depth(churn),
		longTransaction(),
		drain("drain100"+slowly, 100, slowAt100),
		insert("insert1"+slowly, one, slowOne),
		insert("insert10"+slowly, ten, slowTen),
		insert("bulk1000"+slowly, bulk, slowBulk),
	}
}

// isSlow says whether a measurement is of the slow disk.
func isSlow(contest string) bool { return strings.HasSuffix(contest, slowly) }

func title(contest, text string) string {
	if isSlow(contest) {
		text += ", on a disk of 2 ms"
	}
	return text
}

// rows makes a row of each contestant that has a size.
func rows(contest string, size map[string]int, task harness.Task, filled bool) []harness.Row {
	var all []harness.Row
	for i := range contestants {
		name := contestants[i].Name
		n := size[name]
		if n == 0 {
			continue
		}
		if isSlow(contest) {
			name += slowly
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
		Title:   title(name, fmt.Sprintf("No-op jobs worked off from a full queue, %d slots", slots)),
		Rows:    rows(name, size, harness.Task{Measure: "drain", Slots: slots}, true),
		Columns: drainColumns,
		Runs:    5,
	}
}

// A manner is a way to enqueue.
type manner struct {
	title          string
	callers, batch int
}

var (
	one  = manner{"Enqueue one by one", 1, 1}
	ten  = manner{"Enqueue one by one, 10 goroutines", 10, 1}
	bulk = manner{"Enqueue in bulk, 1,000 a call", 1, 1000}
)

func insert(name string, m manner, size map[string]int) *harness.Contest {
	return &harness.Contest{
		Name: name, Title: title(name, m.title),
		Rows:    rows(name, size, harness.Task{Measure: "enqueue", Callers: m.callers, Batch: m.batch}, false),
		Columns: insertColumns,
		Runs:    5,
	}
}

func latency(name, title string) *harness.Contest {
	size := map[string]int{tasukiOurs: 200, riverDefault: 200, riverTuned: 200}
	return &harness.Contest{
		Name: name, Title: title,
		Rows: rows(name, size, harness.Task{Measure: name, Slots: 10, Every: 50 * time.Millisecond}, false),
		Columns: []harness.Column{{Head: "p50 ms", Key: "p50", Digits: 2}, {Head: "p99 ms", Key: "p99", Digits: 2},
			{Head: "max ms", Key: "max", Digits: 2}},
		Runs: 5,
	}
}

func idle() *harness.Contest {
	size := map[string]int{tasukiOurs: 1, riverDefault: 1, riverTuned: 1}
	return &harness.Contest{
		Name: "idle", Title: "A worker without jobs, 10 slots, over 30 s",
		Rows: rows("idle", size, harness.Task{Measure: "idle", Slots: 10, For: 30 * time.Second}, false),
		Columns: []harness.Column{{Head: "statements/s", Key: "statements", Digits: 2}, {Head: "CPU %", Key: "cpu", Digits: 2},
			{Head: "server CPU %", Key: "server", Digits: 2}, {Head: "RSS MB", Key: "rss", Digits: 1}},
		Runs: 3,
	}
}

// Labels of depth's rows.
const (
	shallow = "10,000 of 10,000 waiting"
	deep    = "10,000 of 1,000,000 waiting"
	behind  = "10,000 behind 1,000,000 of an unknown kind"
	churned = "10,000 after churn"
	whole   = "1,000,000 of 1,000,000 waiting"
)

func depth(churn int) *harness.Contest {
	row := func(label string, jobs, runs int, fill harness.Fill) harness.Row {
		return harness.Row{Label: label, Fill: fill, Runs: runs,
			Task: harness.Task{Measure: "drain", Contestant: tasukiOurs, Slots: 100, Jobs: jobs}}
	}
	return &harness.Contest{
		Name: "depth", Title: "tasuki with many jobs waiting, 100 slots",
		Note: fmt.Sprintf("Churn: %d jobs were enqueued and worked off before, and nobody but autovacuum tidied up.", churn),
		Rows: []harness.Row{
			row(shallow, 10_000, 0, harness.Fill{Jobs: 10_000}),
			row(deep, 10_000, 0, harness.Fill{Jobs: 1_000_000}),
			row(behind, 10_000, 0, harness.Fill{Jobs: 10_000, Strangers: 1_000_000}),
			row(churned, 10_000, 0, harness.Fill{Jobs: 10_000, Churn: churn}),
			row(whole, 1_000_000, 1, harness.Fill{Jobs: 1_000_000}),
		},
		Columns: []harness.Column{startedColumn, recordedColumn, cpuColumn, serverColumn},
		Runs:    7,
	}
}

// held is the end of the label of a row during whose work a transaction is open.
const held = ", a transaction open"

func longTransaction() *harness.Contest {
	c := &harness.Contest{
		Name: "longtx", Title: "The last jobs of a full queue, while a transaction is open since before the first, 100 slots",
		Note:    "tasuki and raw: the last 100,000 of 400,000; River: the last 10,000 of 60,000.",
		Columns: []harness.Column{startedColumn, cpuColumn, serverColumn},
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
