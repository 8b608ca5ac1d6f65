package main

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// aims are what tasuki wants to reach.
var aims = slices.Concat(
	speeds("", ""), speeds(appendsOnly, "AOF, "),
	[]harness.Aim{
		harness.Milliseconds("latency", "p99 in one process under 1.5 ms", 1.5, harness.Value(tasukiOurs, "p99")),
		harness.Milliseconds("across", "p99 across two processes under 1.5 ms", 1.5, harness.Value(tasukiOurs, "p99")),
		{What: "an idle worker: less than 2 commands a second", Contest: "idle",
			Value: harness.Value(tasukiOurs, "statements"), Reached: harness.Below(2), Unit: " /s", Digits: 2},
	}, []harness.Aim{
		harness.DepthAim(harness.Deep, "first 10,000 of 1,000,000 waiting: at most a tenth slower than of 10,000"),
		harness.DepthAim(harness.Whole, "all of 1,000,000 waiting: at most a tenth slower than of 10,000"),
	})

// speeds are the aims on one of the servers, as rates and, where asynq was measured when
// they were set, as multiples of its.
func speeds(server, where string) []harness.Aim {
	aim := func(contest, what string, least float64, key string) harness.Aim {
		return harness.Aim{What: where + what, Contest: contest, Value: harness.Value(tasukiOurs+server, key), Reached: harness.AtLeast(least), Unit: " /s"}
	}
	// What the aims are of asynq's figures on the machine where they were set: another is
	// faster or slower, for both.
	times := func(contest, what string, least float64, key string) harness.Aim {
		return harness.Percent(contest, where+what, least, harness.Ratio(tasukiOurs+server, asynqPeer+server, key))
	}
	return []harness.Aim{
		aim("drain100", "100 slots: at least 150,000 jobs a second", 150_000, "started"),
		times("drain100", "100 slots: at least 7.3 times asynq", 730, "started"),
		aim("insert1", "one by one: at least 60,000 a second", 60_000, "recorded"),
		times("insert1", "one by one: at least 1.8 times asynq", 180, "recorded"),
		aim("insert10", "one by one, ten goroutines: at least 150,000", 150_000, "recorded"),
		times("insert10", "one by one, ten goroutines: at least 1.95 times asynq", 195, "recorded"),
		aim("bulk1000", "in bulk: at least 300,000", 300_000, "recorded"),
	}
}
