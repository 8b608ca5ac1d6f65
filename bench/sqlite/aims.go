package main

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// aims are what tasuki wants to reach.
var aims = slices.Concat([]harness.Aim{
	harness.Percent("drain100", "100 slots: at least half of the bare database (started)", 50, harness.Ratio(full, rawFull, "started")),
	harness.Percent("drain100", "100 slots: the same, counted until all is recorded", 50, harness.Ratio(full, rawFull, "recorded")),
	harness.Percent("insert1", "one by one: at least 90 % of the bare insert", 90, harness.Ratio(full, rawFull, "recorded")),
	harness.Milliseconds("latency", "p99 in one process under 2 ms", 2, harness.Value(full, "p99")),
	harness.Milliseconds("across", "p99 across two processes under 20 ms", 20, harness.Value(full, "p99")),
}, harness.DepthAims, []harness.Aim{
	harness.Megabytes("slots", "100 slots filled: under 50 MB beyond the empty process", 50, 1, harness.Value(full, "busy")),
	harness.Megabytes("slots", "100 slots at full speed: the same at the peak", 50, 1, harness.Value(full, "peak")),
	harness.Megabytes("growth", "from 100,000 to 1,000,000 jobs the heap grows by less than a byte a job", 0.9, 2, harness.Grown(full, "heap")),
	harness.Megabytes("growth", "and the resident memory by less than 5 MB", 5, 2, harness.Grown(full, "rss")),
})
