package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// Twins are the store under test and the reference store, taken through the
// same steps, and what their common client knows.
type twins struct {
	t       *testing.T
	f       store.Features
	sides   [2]side // the store under test, then the reference
	log     []string
	rng     *rand.Rand // of the step under way
	named   int        // ids made so far
	ids     []string
	claims  []twinClaim
	beats   map[string]uint64
	batches map[string]uint64
	last    map[string][2]store.SettleRequest // by worker: the batch sent last
	seen    map[string][2]uint64              // by worker: the last order seen

	snapshotNow func() *twinSnapshot // nil if there is no rolling back
	snapshot    *twinSnapshot        // the one that was taken last
}

// A side is one of the two.
type side struct {
	handles []store.Store
	advance func(time.Duration)
	base    time.Time // the store's clock at the beginning
}

// A twinClaim is a claim that both sides answered, each under its own token.
type twinClaim struct {
	worker string
	id     string
	tokens [2]store.Token
}

// A twinSnapshot is the way back for both sides.
type twinSnapshot struct {
	restore [2]func() store.Store
	seen    map[string][2]uint64
}

func newTwins(t *testing.T, sub Subject) (*twins, error) {
	f := sub.Store.Features()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	model := memory.New(memory.Options{
		Features: &f, MaxPayload: f.MaxPayload, Clock: func() time.Time { return now },
	})
	tw := &twins{
		t: t, f: f, beats: map[string]uint64{}, batches: map[string]uint64{},
		last: map[string][2]store.SettleRequest{}, seen: map[string][2]uint64{},
		sides: [2]side{
			{handles: []store.Store{sub.Store}, advance: sub.Advance},
			{handles: []store.Store{model}, advance: func(d time.Duration) { now = now.Add(d) }},
		},
	}
	tw.openMore(&sub)
	tw.takeSnapshots(&sub, model)
	return tw, tw.readBases()
}

// openMore gives the store under test a second handle.
func (tw *twins) openMore(sub *Subject) {
	if sub.Reopen != nil {
		tw.sides[0].handles = append(tw.sides[0].handles, sub.Reopen(tw.t))
	}
}

// takeSnapshots makes rolling back possible, if it is.
func (tw *twins) takeSnapshots(sub *Subject, model *memory.Store) {
	if sub.Snapshot == nil {
		return
	}
	tw.snapshotNow = func() *twinSnapshot {
		restore := model.Snapshot()
		return &twinSnapshot{
			restore: [2]func() store.Store{sub.Snapshot(tw.t), func() store.Store { restore(); return model }},
			seen:    maps.Clone(tw.seen),
		}
	}
}

// readBases learns each side's clock from a job that is then forgotten.
func (tw *twins) readBases() error {
	for i := range tw.sides {
		st := tw.sides[i].handles[0]
		ctx := tw.t.Context()
		only := store.Filter{IDs: []string{"first"}}
		if _, err := st.Enqueue(ctx, jobs("first")); err != nil {
			return err
		}
		page, err := st.List(ctx, store.ListRequest{Filter: only})
		if err != nil || len(page.Jobs) != 1 {
			return fmt.Errorf("side %d lists %d jobs after the first: %w", i, len(page.Jobs), err)
		}
		tw.sides[i].base = page.Jobs[0].CreatedAt
		if _, err := st.Move(ctx, store.MoveRequest{Filter: only, To: store.Deleted}); err != nil {
			return err
		}
	}
	return nil
}

// step makes one step and compares what the sides show then.
func (tw *twins) step(st step) error {
	tw.rng = rand.New(rand.NewPCG(st.seed, 1))
	for i := range tw.sides {
		tw.sides[i].advance(time.Millisecond) // no two steps in one moment
	}
	if err := st.do.run(tw); err != nil {
		return err
	}
	return tw.compare()
}

// chance is true in so many of a hundred cases.
func (tw *twins) chance(percent int) bool { return tw.rng.IntN(100) < percent }

// pick is one of several.
func pick[T any](tw *twins, of ...T) T { return of[tw.rng.IntN(len(of))] }

// some are those of several that a coin chose.
func some[T any](tw *twins, of ...T) []T {
	var chosen []T
	for _, v := range of {
		if tw.chance(50) {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// most are all of several, and now and then some of them.
func most[T any](tw *twins, of ...T) []T {
	if tw.chance(70) {
		return slices.Clone(of)
	}
	return some(tw, of...)
}

// both makes a call on both sides and compares what show says of the replies,
// and the sentinels of the errors.
func both[R any](tw *twins, what string, call func(i int, st store.Store) (R, error), show func(R) string) ([2]R, error) {
	var replies [2]R
	var shown [2]string
	for i := range tw.sides {
		handles := tw.sides[i].handles
		reply, err := call(i, handles[len(tw.log)%len(handles)])
		replies[i], shown[i] = reply, show(reply)
		if err != nil {
			shown[i] = "error " + sentinel(err)
		}
	}
	tw.log = append(tw.log, fmt.Sprintf("%3d %s: %s", len(tw.log), what, shown[1]))
	if shown[0] != shown[1] {
		return replies, fmt.Errorf("%s\n  answered %s\n  want     %s", what, shown[0], shown[1])
	}
	return replies, nil
}

// sentinel is what an error is, or its text if it is none of the seam's.
func sentinel(err error) string {
	for _, known := range []error{store.ErrUnknownWorker, store.ErrInvalid, store.ErrUnsupported, store.ErrLost} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "unexpected: " + err.Error()
}
