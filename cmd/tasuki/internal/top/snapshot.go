// Package top shows live what the workers of a store do.
package top

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// mostRunning bounds the running jobs that are read for one snapshot.
const mostRunning = 500

// mostMarks is how many deploys are shown.
const mostMarks = 5

// A Snapshot is all that is shown, at one moment.
type Snapshot struct {
	At      time.Time
	Workers []store.Worker // by name
	Running []store.Record // the longest running first, at most mostRunning
	Stats   store.Stats
	Marks   []store.Mark // the newest first
	NoMarks error        // why there are none, if they could not be read

	// Done and Failed are jobs and attempts a second since the snapshot before;
	// Known says whether there was one.
	Done, Failed float64
	Known        bool
}

// count is how many jobs are in a state.
func (s *Snapshot) count(state store.State) (n int) {
	for _, q := range s.Stats.Queues {
		n += q.Counts[state]
	}
	return n
}

// A Source makes snapshots. It is not for several goroutines at once.
type Source struct {
	Store store.Inspector
	Marks store.Marker // nil: the store keeps none

	before *Snapshot
}

// Look makes a snapshot.
func (s *Source) Look(ctx context.Context) (*Snapshot, error) {
	now := &Snapshot{}
	var err error
	if now.Stats, err = s.Store.Stats(ctx); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	now.At = time.Now()
	if now.Workers, err = s.Store.Workers(ctx, store.WorkersRequest{Foreign: true}); err != nil {
		return nil, fmt.Errorf("look at the workers: %w", err)
	}
	page, err := s.Store.List(ctx, store.ListRequest{Filter: store.Filter{States: []store.State{store.Running}}, Limit: mostRunning})
	if err != nil {
		return nil, fmt.Errorf("list running jobs: %w", err)
	}
	now.Running = page.Jobs
	slices.SortFunc(now.Running, func(a, b store.Record) int {
		return cmp.Or(a.ClaimedAt.Compare(b.ClaimedAt), cmp.Compare(a.ID, b.ID))
	})
	if s.Marks != nil {
		now.Marks, now.NoMarks = s.Marks.Marks(ctx, mostMarks)
	}
	now.since(s.before)
	s.before = now
	return now, nil
}

// since computes what happened a second.
func (s *Snapshot) since(before *Snapshot) {
	if before == nil {
		return
	}
	if seconds := s.At.Sub(before.At).Seconds(); seconds > 0 {
		s.Done = float64(s.Stats.Done-before.Stats.Done) / seconds
		s.Failed = float64(s.Stats.Failed-before.Stats.Failed) / seconds
		s.Known = true
	}
}
