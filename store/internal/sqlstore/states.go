// Package sqlstore is what the stores in SQL databases share: a job as they keep
// it, and what outcomes, releases and people's hands make of it. It knows no
// database: a store reads jobs, lets this package change them, and writes them.
package sqlstore

import (
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// States as they are stored.
const (
	Scheduled = 1
	Ready     = 2
	Running   = 3
	Retry     = 4
	Suspect   = 5 // ready, with deaths
	Done      = 6
	Dead      = 7
	Cancelled = 8
)

// StateNames are the states as everybody knows them.
var StateNames = [...]store.State{
	Scheduled: store.Scheduled, Ready: store.Ready, Running: store.Running, Retry: store.Retry,
	Suspect: store.Ready, Done: store.Done, Dead: store.Dead, Cancelled: store.Cancelled,
}

// StateNumbers are those that are stored for some states.
func StateNumbers(states []store.State) []int16 {
	list := []int16{}
	for number, name := range StateNames {
		for _, s := range states {
			if name != "" && s == name {
				list = append(list, int16(number))
				break
			}
		}
	}
	return list
}

// What else must go when a job goes.
const (
	TrailKeep = 1 << iota
	TrailRuns
	TrailTags
	TrailArgs
)

// Front is by how much the order of a job in front is lower than its due time.
const Front = 1 << 62

// DueOf is the due time of an order.
func DueOf(ord int64) int64 {
	if ord < 0 {
		return ord + Front
	}
	return ord
}

// DeadBefore is before which time dead jobs must have ended to be pruned; 0: none are.
func DeadBefore(now int64, dead time.Duration) int64 {
	if dead <= 0 {
		return 0
	}
	return now - dead.Microseconds()
}

// IsTime says whether a number may be a stored time: one within the years 1 to 9999, or
// it does not become JSON.
func IsTime(us int64) bool { return us >= -62_135_596_800_000_000 && us <= 253_402_300_799_999_999 }

// IsMoment says whether a number may be a time that the store wrote: one that was.
func IsMoment(us int64) bool { return us > 0 && IsTime(us) }

// IsCount says whether a number may be one that counts up, with room to go on.
func IsCount(n int64) bool { return n >= 0 && n <= 1<<62 }

// Time is a stored time; 0 is never.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
