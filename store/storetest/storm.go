package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// A storm is a crowd of workers of which some are declared dead in the very
// moment in which they settle: each outcome is Applied or Lost, and if it is
// Lost somebody else has the job.
type storm struct {
	t  *testing.T
	st store.Store

	mu       sync.Mutex // owns all below
	left     int
	finished map[string]int // by id: how often Finish was Applied
	lost     int
	releases int
}

const (
	stormJobs    = 240
	stormWorkers = 5
)

// stormOn has a storm over one store and asserts that it lost and doubled
// nothing.
func (s *stage) stormOn() {
	s.addMany(stormJobs)
	w := storm{t: s.T, st: s.Store, left: stormJobs, finished: map[string]int{}}
	var wg sync.WaitGroup
	for i := range stormWorkers {
		wg.Go(func() { w.work(i) })
	}
	wg.Wait()
	s.Logf("%d releases, %d outcomes lost", w.releases, w.lost)
	for id, n := range w.finished {
		if n != 1 {
			s.Errorf("job %s was finished %d times", id, n)
		}
	}
	if w.releases == 0 {
		s.Error("nobody was released")
	}
	s.unfinished()
	if got := s.stats(); got.Done != stormJobs || got.Failed != 0 {
		s.Fatalf("the store counts %d done and %d failed", got.Done, got.Failed)
	}
}

func (w *storm) goesOn() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left > 0 && !w.t.Failed()
}

// work claims and finishes, and dies with every third batch.
func (w *storm) work(i int) {
	for life := 0; w.goesOn(); life++ {
		name := fmt.Sprintf("w%d-%d", i, life)
		for n := uint64(1); n <= 3 && w.goesOn(); n++ {
			if err := w.round(name, n, life); err != nil {
				w.t.Errorf("%s: %v", name, err)
				return
			}
		}
	}
}

// round is one beat, one claim and one batch; the third of a life is the last.
func (w *storm) round(name string, n uint64, life int) error {
	ctx := w.t.Context()
	if _, err := w.st.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: name, Beat: n}}); err != nil {
		return err
	}
	got, err := w.st.Claim(ctx, store.ClaimRequest{
		Worker: name, Token: store.NewToken(), Max: 4, Kinds: []string{kind}, Queues: from(store.DefaultQueue),
	})
	if err != nil {
		return err
	}
	settle := func() error { return w.finish(name, n, got.Jobs) }
	release := func() error { return w.release(name, n) }
	switch {
	case n < 3:
		return settle()
	case life%2 == 0:
		return together(settle, release)
	default:
		return together(release, settle)
	}
}

// together does two things at once; the first has a little start.
func together(first, second func() error) error {
	var late error
	var wg sync.WaitGroup
	wg.Go(func() { late = second() })
	early := first()
	wg.Wait()
	return errors.Join(early, late)
}

// release takes back all that a worker holds.
func (w *storm) release(name string, beat uint64) error {
	for left := 1; left > 0; {
		r, err := w.st.Release(w.t.Context(), store.ReleaseRequest{Worker: name, Beat: beat})
		if err != nil {
			return err
		}
		left = r.Left
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.releases++
	return nil
}

// finish settles jobs and counts what became of them.
func (w *storm) finish(name string, batch uint64, got []store.Record) error {
	os := make([]store.Outcome, len(got))
	for i, r := range got {
		os[i] = bare(of(r), store.Finish)
	}
	reply, err := w.st.Settle(w.t.Context(), store.SettleRequest{Worker: name, Batch: batch, Outcomes: os})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range reply.Results {
		switch r.What {
		case store.Applied:
			w.finished[os[i].ID]++
			w.left--
		case store.Lost:
			w.lost++
		default:
			return fmt.Errorf("finish of %s: %+v", os[i].ID, r)
		}
	}
	return nil
}
