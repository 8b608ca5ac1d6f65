package main

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// aims are what tasuki wants to reach.
func aims() []harness.Aim {
	return slices.Concat(speeds("", ""), others, harness.DepthAims, ages, speeds(slowly, "2-ms disk, "))
}

// speeds are the aims of what runs on both disks; where names the disk.
func speeds(disk, where string) []harness.Aim {
	ours, raw, river := tasukiOurs+disk, rawStore+disk, riverTuned+disk
	aim := func(contest, what string, least float64, against, key string) harness.Aim {
		return harness.Percent(contest+disk, where+what, least, harness.Ratio(ours, against, key))
	}
	return []harness.Aim{
		aim("drain100", "100 slots: at least 60 % of the bare database (started)", 60, raw, "started"),
		aim("drain100", "100 slots: the same, counted until all is recorded", 60, raw, "recorded"),
		aim("drain100", "100 slots: at least 3 times River, tuned (started)", 300, river, "started"),
		aim("insert1", "one by one: at least 80 % of the bare insert", 80, raw, "recorded"),
		aim("insert10", "one by one, ten goroutines: the same", 80, raw, "recorded"),
		aim("bulk1000", "in bulk: at least 75 % of the bare insert", 75, raw, "recorded"),
	}
}

var others = []harness.Aim{
	harness.Milliseconds("latency", "p99 in one process under 5 ms", 5, harness.Value(tasukiOurs, "p99")),
	harness.Milliseconds("across", "p99 across two processes under 5 ms", 5, harness.Value(tasukiOurs, "p99")),
	{What: "an idle worker: less than 1 statement a second", Contest: "idle",
		Value: harness.Value(tasukiOurs, "statements"), Reached: harness.Below(1), Unit: " /s", Digits: 2},
}

// ages are the aims of a store that has worked for long.
var ages = []harness.Aim{
	harness.DepthAim(harness.Churned, "after churn: at most a tenth slower"),
	harness.Percent("longtx", "a transaction open for long: at most a third slower", 67, harness.Ratio(tasukiOurs+held, tasukiOurs, "started")),
}
