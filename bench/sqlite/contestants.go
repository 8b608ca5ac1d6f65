package main

import (
	"github.com/riverqueue/river"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// Names of the contestants.
const (
	full         = "tasuki"
	normal       = "tasuki-normal"
	riverDefault = "river"
	riverTuned   = "river-tuned"
	backliteName = "backlite"
	rawFull      = "raw"
	rawNormal    = "raw-normal"
	rawIDsName   = "raw-ids"
)

var contestants = []harness.Contestant{
	{Name: full, Open: openOurs(sqlite.Full)},
	{Name: normal, Fills: full, Open: openOurs(sqlite.Normal)},
	{Name: riverDefault, Open: openRiver(river.Config{})},
	{Name: riverTuned, Fills: riverDefault, Open: openRiver(tunedRiver)},
	{Name: backliteName, Open: openBacklite},
	{Name: rawFull, Fills: full, Open: openRaw(sqlite.Full, false)},
	{Name: rawNormal, Fills: full, Open: openRaw(sqlite.Normal, false)},
	{Name: rawIDsName, Fills: full, Open: openRaw(sqlite.Full, true)},
}
