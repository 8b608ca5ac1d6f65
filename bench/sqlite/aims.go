package main

import "github.com/tasuki-jobs/tasuki/bench/harness"

// aims are what tasuki wants to reach.
var aims = []harness.Aim{
	{What: "100 slots: at least half of the bare database (started)", Contest: "drain100",
		Value: harness.Ratio(full, rawFull, "started"), Reached: harness.AtLeast(50), Unit: " %"},
	{What: "100 slots: the same, counted until all is recorded", Contest: "drain100",
		Value: harness.Ratio(full, rawFull, "recorded"), Reached: harness.AtLeast(50), Unit: " %"},
	{What: "one by one: at least 90 % of the bare insert", Contest: "insert1",
		Value: harness.Ratio(full, rawFull, "recorded"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "p99 in one process under 2 ms", Contest: "latency",
		Value: harness.Value(full, "p99"), Reached: harness.Below(2), Unit: " ms", Digits: 2},
	{What: "p99 across two processes under 20 ms", Contest: "across",
		Value: harness.Value(full, "p99"), Reached: harness.Below(20), Unit: " ms", Digits: 2},
	{What: "first 10,000 of 1,000,000 waiting: at most a tenth slower than of 10,000", Contest: "depth",
		Value: harness.Ratio(deep, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "all of 1,000,000 waiting: at most a tenth slower than of 10,000", Contest: "depth",
		Value: harness.Ratio(whole, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "behind 1,000,000 of an unknown kind: at most a tenth slower", Contest: "depth",
		Value: harness.Ratio(behind, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "100 slots filled: under 50 MB beyond the empty process", Contest: "slots",
		Value: harness.Value(full, "busy"), Reached: harness.Below(50), Unit: " MB", Digits: 1},
	{What: "100 slots at full speed: the same at the peak", Contest: "slots",
		Value: harness.Value(full, "peak"), Reached: harness.Below(50), Unit: " MB", Digits: 1},
	{What: "from 100,000 to 1,000,000 jobs the heap grows by less than a byte a job", Contest: "growth",
		Value: harness.Grown(full, "heap"), Reached: harness.Below(0.9), Unit: " MB", Digits: 2},
	{What: "and the resident memory by less than 5 MB", Contest: "growth",
		Value: harness.Grown(full, "rss"), Reached: harness.Below(5), Unit: " MB", Digits: 2},
}
