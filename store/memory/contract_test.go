package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

// still is a clock that stands.
func still() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// harness makes memory stores with these features, nil for all, on a clock
// that the suite moves on.
func harness(f *store.Features, clock func() time.Time) storetest.Harness {
	return storetest.Harness{New: func(t *testing.T) storetest.Subject {
		var ahead atomic.Int64
		s := memory.New(memory.Options{Features: f, Clock: func() time.Time {
			return clock().Add(time.Duration(ahead.Load()))
		}})
		return storetest.Subject{
			Store:   s,
			Advance: func(d time.Duration) { ahead.Add(int64(d)) },
			Reopen:  func(*testing.T) store.Store { return s },
			Snapshot: func(*testing.T) func() store.Store {
				restore := s.Snapshot()
				return func() store.Store { restore(); return s }
			},
			SetFormat: func(t *testing.T, id string, format int) {
				if !s.SetFormat(id, format) {
					t.Fatalf("no job %s", id)
				}
			},
		}
	}}
}

func TestContract(t *testing.T) { storetest.Run(t, harness(nil, still)) }

func TestContractOnARunningClock(t *testing.T) { storetest.Run(t, harness(nil, time.Now)) }

func TestContractWithNoFeatures(t *testing.T) { storetest.Run(t, harness(&store.Features{}, still)) }

func TestContractWithoutOneFeature(t *testing.T) {
	every := func() store.Features { return memory.New(memory.Options{}).Features() }
	for name, drop := range map[string]func(*store.Features){
		"Kinds":    func(f *store.Features) { f.Kinds = false },
		"Order":    func(f *store.Features) { f.Order = false },
		"IDs":      func(f *store.Features) { f.IDs = false },
		"Priority": func(f *store.Features) { f.Priority = false },
		"Cursor":   func(f *store.Features) { f.Cursor = false },
		"Unique":   func(f *store.Features) { f.Unique = false },
		"Then":     func(f *store.Features) { f.Then = false },
		"Keep":     func(f *store.Features) { f.Keep = false },
		"Journal":  func(f *store.Features) { f.Journal = false },
		"Tags":     func(f *store.Features) { f.Tags = false },
		"Tick":     func(f *store.Features) { f.Tick, f.Schedules = false, false },
		"Weights":  func(f *store.Features) { f.Weights = false },
		"Pause":    func(f *store.Features) { f.Pause = false },
		"Cancel":   func(f *store.Features) { f.Cancel = false },
		"Signal":   func(f *store.Features) { f.Signal = false },

		"Schedules": func(f *store.Features) { f.Schedules = false },
		"Marks":     func(f *store.Features) { f.Marks = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := every()
			drop(&f)
			storetest.Run(t, harness(&f, still))
		})
	}
}
