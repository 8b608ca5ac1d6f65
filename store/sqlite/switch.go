package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	scheduleDeleteSQL  = text("schedule_delete")
	scheduleDeletedSQL = text("schedule_deleted")
	tickDeleteSQL      = text("tick_delete")
)

// Switch pauses, resumes or deletes schedules; see [store.Scheduler].
func (s *Store) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (changed int, err error) {
	turn, ok := switches[to]
	if !ok {
		return 0, fmt.Errorf("switch schedules to %q: no such way: %w", to, store.ErrInvalid)
	}
	if len(names) == 0 {
		return 0, nil
	}
	err = s.write(ctx, "switch schedules", func(tx session) error {
		changed = 0
		for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
			row, err := oneSchedule(ctx, tx, name)
			if err != nil {
				return err
			}
			if row.Version == 0 || !turn.changes(&row) {
				continue
			}
			row.ChangedAt = micros(s.now())
			if err := turn.write(ctx, tx, &row); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
}

// A turn is one way of switching.
type turn struct {
	changes func(*store.Schedule) bool
	write   func(context.Context, session, *store.Schedule) error
}

var switches = map[store.ScheduleSwitch]turn{
	store.SchedulePause: {
		func(row *store.Schedule) bool { return !row.Paused },
		func(ctx context.Context, tx session, row *store.Schedule) error {
			row.Paused = true
			return putSchedule(ctx, tx, row)
		},
	},
	store.ScheduleResume: {
		func(row *store.Schedule) bool { return row.Paused },
		func(ctx context.Context, tx session, row *store.Schedule) error {
			row.Paused, row.From = false, row.ChangedAt
			return putSchedule(ctx, tx, row)
		},
	},
	store.ScheduleDelete: {
		func(*store.Schedule) bool { return true },
		deleteSchedule,
	},
}

func deleteSchedule(ctx context.Context, tx session, row *store.Schedule) error {
	for _, text := range []string{scheduleDeleteSQL, tickDeleteSQL} {
		if _, err := tx.exec(ctx, text, row.Name); err != nil {
			return err
		}
	}
	_, err := tx.exec(ctx, scheduleDeletedSQL)
	return err
}
