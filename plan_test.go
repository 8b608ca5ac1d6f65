package tasuki

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// moments is a Timing of a few given seconds.
type moments []time.Time

func (m moments) String() string { return fmt.Sprint(len(m), " moments") }
func (m moments) Next(after time.Time) time.Time {
	for _, t := range m {
		if t.After(after) {
			return t
		}
	}
	return time.Time{}
}

// TestDueFindsTheTicksThatALookAtAllWouldFind holds the quick search against a
// slow one, on moments that come by bursts.
func TestDueFindsTheTicksThatALookAtAllWouldFind(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	base := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for round := range 500 {
		var all moments
		for at := base; len(all) < 40; {
			at = at.Add(time.Duration(1+r.IntN(3)) * time.Second)
			if r.IntN(8) == 0 {
				at = at.Add(time.Duration(r.IntN(100_000)) * time.Second)
			}
			all = append(all, at)
		}
		n := 1 + r.IntN(len(all)-1) // so many are due
		now := all[n-1].Add(time.Duration(r.Int64N(int64(all[n].Sub(all[n-1])))))
		for missed, want := range map[store.Missed][]time.Time{store.MissedOnce: all[n-1 : n], store.MissedAll: all[:n]} {
			p := plan{at: all, next: all[0], row: store.Schedule{Missed: missed}}
			ticks, next, over := p.due(now, 1000)
			if !slices.EqualFunc(ticks, want, time.Time.Equal) || !next.Equal(all[n]) || over {
				t.Fatalf("seed %d, round %d, %s: %v and then %v, want %v and then %v", seed, round, missed, ticks, next, want, all[n])
			}
		}
	}
}
