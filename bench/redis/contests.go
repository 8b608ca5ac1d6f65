package main

import (
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Sizes: how many jobs a measurement takes, so that each lasts about a second.
var (
	drainAt10  = both(harness.Sizes{tasukiOurs: 100_000, asynqPeer: 20_000, rawStore: 300_000})
	drainAt100 = both(harness.Sizes{tasukiOurs: 200_000, asynqPeer: 20_000, rawStore: 300_000})
	insertOne  = both(harness.Sizes{tasukiOurs: 50_000, asynqPeer: 30_000, rawRueidis: 60_000, rawGoRedis: 50_000})
	insertTen  = both(harness.Sizes{tasukiOurs: 150_000, asynqPeer: 70_000, rawRueidis: 200_000, rawGoRedis: 100_000})
	insertBulk = both(harness.Sizes{tasukiOurs: 300_000, asynqPeer: 30_000, rawRueidis: 500_000, rawGoRedis: 500_000})

	waits  = harness.Sizes{tasukiOurs: 1000, asynqPeer: 60, rawPop: 1000}
	idlers = harness.Sizes{tasukiOurs: 1, asynqPeer: 1}
)

// both are sizes for both servers.
func both(size harness.Sizes) harness.Sizes {
	all := harness.Sizes{}
	for name, n := range size {
		all[name], all[name+appendsOnly] = n, n
	}
	return all
}

var field = harness.Field{
	Contestants: contestants,
	Drained:     []harness.Column{harness.Started, harness.Recorded, harness.CPU, harness.ServerCPU, harness.Allocs, harness.Peak},
	Enqueued:    []harness.Column{harness.Rate, harness.CPU, harness.ServerCPU, harness.Allocs},
	Idled: []harness.Column{{Head: "statements/s", Key: "statements", Digits: 2}, {Head: "CPU %", Key: "cpu", Digits: 2},
		{Head: "server CPU %", Key: "server", Digits: 2}, {Head: "RSS MB", Key: "rss", Digits: 1}},
}

// contests are all measurements, in the order in which they run.
func contests() []*harness.Contest {
	return []*harness.Contest{
		field.Drain("drain100", 100, drainAt100),
		field.Drain("drain10", 10, drainAt10),
		field.Enqueue("insert1", harness.OneByOne, insertOne),
		field.Enqueue("insert10", harness.ByTen, insertTen),
		field.Enqueue("bulk1000", harness.InBulk, insertBulk),
		field.Latency(pause, waits),
		field.Across(pause, waits),
		field.Idle(30*time.Second, idlers),
		depth(),
	}
}

// pause is how far apart the jobs of a latency are.
const pause = 10 * time.Millisecond

func depth() *harness.Contest {
	return &harness.Contest{
		Name: "depth", Title: "tasuki with many jobs waiting, 100 slots",
		Rows:    slices.DeleteFunc(harness.DepthRows(tasukiOurs, 1), isBehind),
		Columns: []harness.Column{harness.Started, harness.Recorded, harness.CPU, harness.ServerCPU},
		Runs:    7,
	}
}

// isBehind: a list of Redis has no index, so that jobs far behind others of unknown kinds
// are seen when those are gone. docs/sidekiq.md says so.
func isBehind(r harness.Row) bool { return r.Label == harness.Behind }
