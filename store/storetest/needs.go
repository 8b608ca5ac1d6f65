package storetest

import "github.com/tasuki-jobs/tasuki/store"

// has is the need of one feature.
func has(feature func(store.Features) bool) need {
	return func(s *Subject) bool { return feature(s.Store.Features()) }
}

// all is the need of several things.
func all(needs ...need) need {
	return func(s *Subject) bool {
		for _, n := range needs {
			if !n(s) {
				return false
			}
		}
		return true
	}
}

var (
	hasKinds    = has(func(f store.Features) bool { return f.Kinds })
	hasOrder    = has(func(f store.Features) bool { return f.Order })
	hasIDs      = has(func(f store.Features) bool { return f.IDs })
	hasPriority = has(func(f store.Features) bool { return f.Priority })
	hasCursor   = has(func(f store.Features) bool { return f.Cursor })
	hasUnique   = has(func(f store.Features) bool { return f.Unique })
	hasThen     = has(func(f store.Features) bool { return f.Then })
	hasKeep     = has(func(f store.Features) bool { return f.Keep })
	hasJournal  = has(func(f store.Features) bool { return f.Journal })
	hasTags     = has(func(f store.Features) bool { return f.Tags })
	hasTick     = has(func(f store.Features) bool { return f.Tick })
	hasWeights  = has(func(f store.Features) bool { return f.Weights })
	hasPause    = has(func(f store.Features) bool { return f.Pause })
	hasCancel   = has(func(f store.Features) bool { return f.Cancel })
	hasSignal   = has(func(f store.Features) bool { return f.Signal })

	hasSchedules = has(func(f store.Features) bool { return f.Schedules })
	hasMarks     = has(func(f store.Features) bool { return f.Marks })

	// exact is the need of the random steps: what comes next is never open.
	exact = all(hasKinds, hasOrder, hasIDs)

	canListen   need = func(s *Subject) bool { _, ok := s.Store.(store.Listener); return ok }
	canReopen   need = func(s *Subject) bool { return s.Reopen != nil }
	canRollBack need = func(s *Subject) bool { return s.Snapshot != nil }
	canPlant    need = func(s *Subject) bool { return s.SetFormat != nil }
)
