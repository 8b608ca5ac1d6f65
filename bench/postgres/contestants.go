package main

import (
	"context"

	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Names of the contestants.
const (
	tasukiOurs   = "tasuki"
	riverDefault = "river"
	riverTuned   = "river-tuned"
	riverWide    = "river-tuned-2000"
	riverFast    = "river-fast"
	rawStore     = "raw"
	rawPlain     = "plain"
	rawRelay     = "raw-relay"
)

// slowly is the end of the name of a contestant on a disk that takes 2 ms to sync.
const slowly = "-2ms"

var contestants = slowToo([]harness.Contestant{
	{Name: tasukiOurs, Open: openOurs},
	{Name: riverDefault, Open: openRiver(contestant.RiverChoice{})},
	{Name: riverTuned, Fills: riverDefault, Open: openRiver(contestant.TunedRiver)},
	{Name: riverWide, Fills: riverDefault, Open: openRiver(contestant.RiverChoice{Tune: contestant.TunedRiver.Tune, Workers: 2000})},
	{Name: riverFast, Fills: riverDefault, Open: openRiver(contestant.RiverChoice{Fast: true})},
	{Name: rawStore, Fills: tasukiOurs, Open: openRaw(storeShape{})},
	{Name: rawPlain, Open: openRaw(plainShape{})},
	{Name: rawRelay, Open: openRelay},
})

// slowToo adds each contestant on a slow disk.
func slowToo(all []harness.Contestant) []harness.Contestant {
	for _, c := range all {
		if c.Fills == "" {
			c.Fills = c.Name
		}
		open := c.Open
		c.Name += slowly
		c.Open = func(ctx context.Context, s harness.Setup) (harness.System, error) {
			s.Path += slowDisk
			return open(ctx, s)
		}
		all = append(all, c)
	}
	return all
}

// slowDisk makes every commit of a session wait before it syncs, as a disk does that
// takes as long; who commits meanwhile shares the sync.
const slowDisk = "&commit_delay=2000&commit_siblings=0"
