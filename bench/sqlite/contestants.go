package main

import (
	"github.com/tasuki-jobs/tasuki/bench/contestant"
	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// Names of the contestants. Synchronous is FULL where the name does not say
// NORMAL.
const (
	full           = "tasuki"
	normal         = "tasuki-normal"
	riverDefault   = "river"
	riverTuned     = "river-tuned"
	backliteNormal = "backlite-normal"
	backliteFull   = "backlite"
	rawFull        = "raw"
	rawNormal      = "raw-normal"
	plainFull      = "plain"
)

var contestants = []harness.Contestant{
	{Name: full, Open: openOurs(sqlite.Full)},
	{Name: normal, Fills: full, Open: openOurs(sqlite.Normal)},
	{Name: riverDefault, Open: openRiver(contestant.RiverChoice{})},
	{Name: riverTuned, Fills: riverDefault, Open: openRiver(contestant.TunedRiver)},
	{Name: backliteFull, Open: openBacklite(backliteDSN + "&_synchronous=FULL")},
	{Name: backliteNormal, Fills: backliteFull, Open: openBacklite(backliteDSN)},
	{Name: rawFull, Fills: full, Open: openRaw(storeShape{}, sqlite.Full)},
	{Name: rawNormal, Fills: full, Open: openRaw(storeShape{}, sqlite.Normal)},
	{Name: plainFull, Open: openRaw(plainShape{}, sqlite.Full)},
}
