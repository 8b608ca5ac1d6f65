package main

import "github.com/tasuki-jobs/tasuki/bench/harness"

// aims are what tasuki wants to reach.
func aims() []harness.Aim {
	return append(append(speeds(""), others...), speeds(slowly)...)
}

// speeds are the aims of what runs on both disks.
func speeds(disk string) []harness.Aim {
	ours, raw, river := tasukiOurs+disk, rawStore+disk, riverTuned+disk
	where := ""
	if disk != "" {
		where = "2-ms disk, "
	}
	atLeast := func(n float64, contest, what, key, against string) harness.Aim {
		return harness.Aim{What: where + what, Contest: contest + disk, Unit: " %",
			Value: harness.Ratio(ours, against, key), Reached: harness.AtLeast(n)}
	}
	return []harness.Aim{
		atLeast(60, "drain100", "100 slots: at least 60 % of the bare database (started)", "started", raw),
		atLeast(60, "drain100", "100 slots: the same, counted until all is recorded", "recorded", raw),
		atLeast(300, "drain100", "100 slots: at least 3 times River, tuned (started)", "started", river),
		atLeast(80, "insert1", "one by one: at least 80 % of the bare insert", "recorded", raw),
		atLeast(80, "insert10", "one by one, ten goroutines: the same", "recorded", raw),
		atLeast(75, "bulk1000", "in bulk: at least 75 % of the bare insert", "recorded", raw),
	}
}

var others = []harness.Aim{
	{What: "p99 in one process under 5 ms", Contest: "latency",
		Value: harness.Value(tasukiOurs, "p99"), Reached: harness.Below(5), Unit: " ms", Digits: 2},
	{What: "p99 across two processes under 5 ms", Contest: "across",
		Value: harness.Value(tasukiOurs, "p99"), Reached: harness.Below(5), Unit: " ms", Digits: 2},
	{What: "an idle worker: less than 1 statement a second", Contest: "idle",
		Value: harness.Value(tasukiOurs, "statements"), Reached: harness.Below(1), Unit: " /s", Digits: 2},
	{What: "first 10,000 of 1,000,000 waiting: at most a tenth slower than of 10,000", Contest: "depth",
		Value: harness.Ratio(deep, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "behind 1,000,000 of an unknown kind: at most a tenth slower", Contest: "depth",
		Value: harness.Ratio(behind, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "after churn: at most a tenth slower", Contest: "depth",
		Value: harness.Ratio(churned, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "all of 1,000,000 waiting: at most a tenth slower than of 10,000", Contest: "depth",
		Value: harness.Ratio(whole, shallow, "started"), Reached: harness.AtLeast(90), Unit: " %"},
	{What: "a transaction open for long: at most a third slower", Contest: "longtx",
		Value: harness.Ratio(tasukiOurs+held, tasukiOurs, "started"), Reached: harness.AtLeast(67), Unit: " %"},
}
