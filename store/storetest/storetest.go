// Package storetest is the contract of package store as tests: every promise of
// its doc comments is a subtest whose name is the promise. A store's own test
// calls [Run] with a [Harness] that says how to open it and what can be done to
// it from outside.
//
// A promise that hangs on one of the store's Features is tested where the
// feature is there; where it is not, the suite asserts its documented absence.
package storetest

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Harness makes the stores that are tested.
type Harness struct {
	// New makes an empty store for one test and sees to its end with t.Cleanup.
	New func(t *testing.T) Subject
	// Fresh makes a place where no store was opened before and returns how to
	// open it: the suite calls open from several goroutines at once, as
	// processes that start together do. What it opens ends with t.Cleanup. Nil
	// if a store needs no bringing up.
	Fresh func(t *testing.T) (open func() (store.Store, error))
}

// A Subject is one store under test.
type Subject struct {
	Store store.Store
	// Advance moves the clock of the store, and of all handles on its data, by
	// d. The suite waits for nothing.
	Advance func(d time.Duration)
	// Reopen opens a second handle on the same data, as another process would,
	// and sees to its end with t.Cleanup. The first one may have been closed
	// before, if it has Close() error. Nil if that is impossible.
	Reopen func(t *testing.T) store.Store
	// Snapshot remembers what the store holds now. The function it returns
	// brings the store back to that state, as a crash or a restored backup
	// does, and answers the handle to use from then on. Nil if impossible.
	Snapshot func(t *testing.T) (restore func() store.Store)
	// SetFormat makes a waiting job look as if a version with that newer
	// format had written it. Nil if that is impossible.
	SetFormat func(t *testing.T, id string, format int)
}

// Run tests the whole contract.
func Run(t *testing.T, h Harness) {
	probe := h.New(t)
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, p := range g.promises {
				if p.applies(&probe) {
					t.Run(p.name, func(t *testing.T) { p.run(newStage(t, h.New(t))) })
				}
			}
		})
	}
	t.Run("Absent", func(t *testing.T) { testAbsent(t, h) })
	if exact(&probe) {
		t.Run("Random steps end as on the reference store", func(t *testing.T) { testRandom(t, h) })
	}
	if h.Fresh != nil {
		t.Run("Opened by many at once it comes up once", func(t *testing.T) { testFresh(t, h.Fresh) })
	}
}

// A promise is one sentence of the contract and its test.
type promise struct {
	name  string
	needs need
	run   func(s *stage)
}

// A need says whether a subject can be asked to keep a promise. Nil: always.
type need func(*Subject) bool

func (p *promise) applies(s *Subject) bool { return p.needs == nil || p.needs(s) }

// groups are the promises by role.
var groups = []struct {
	name     string
	promises []promise
}{
	{"Enqueue", enqueuePromises},
	{"Unique", uniquePromises},
	{"Claim", claimPromises},
	{"Queues", queuePromises},
	{"Settle", settlePromises},
	{"Verbs", verbPromises},
	{"Then", thenPromises},
	{"Fences", fencePromises},
	{"Journal", journalPromises},
	{"Keep", keepPromises},
	{"Beat", beatPromises},
	{"Orders", orderPromises},
	{"Release", releasePromises},
	{"Poison", poisonPromises},
	{"Cancel", cancelPromises},
	{"Prune", prunePromises},
	{"List", listPromises},
	{"Stats", statsPromises},
	{"Move", movePromises},
	{"Schedules", schedulePromises},
	{"Marks", markPromises},
	{"Listen", listenPromises},
	{"Data", dataPromises},
	{"Faults", faultPromises},
	{"Together", togetherPromises},
}
