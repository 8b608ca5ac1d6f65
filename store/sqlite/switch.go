package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	scheduleDeleteSQL = text("schedule_delete")
	tickDeleteSQL     = text("tick_delete")
)

// Switch pauses, resumes or deletes schedules; see [store.Scheduler]. One whose row
// cannot be read is deleted as any other, and neither paused nor resumed.
func (s *Store) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (changed int, err error) {
	turn := switches[to]
	if turn == nil {
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
			if row == nil {
				continue
			}
			turned, err := turn(ctx, s, tx, row)
			if err != nil {
				return err
			}
			if turned {
				changed++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return changed, nil
}

// switches are the ways of switching; each says whether the row was changed.
var switches = map[store.ScheduleSwitch]func(context.Context, *Store, session, *scheduleRow) (bool, error){
	store.SchedulePause: func(ctx context.Context, s *Store, tx session, row *scheduleRow) (bool, error) {
		if row.Paused || row.damage != nil {
			return false, nil
		}
		row.Paused, row.ChangedAt = true, micros(s.now())
		return true, s.putSchedule(ctx, tx, &row.Schedule)
	},
	store.ScheduleResume: func(ctx context.Context, s *Store, tx session, row *scheduleRow) (bool, error) {
		if !row.Paused || row.damage != nil {
			return false, nil
		}
		row.Paused, row.ChangedAt = false, micros(s.now())
		row.From = row.ChangedAt
		return true, s.putSchedule(ctx, tx, &row.Schedule)
	},
	store.ScheduleDelete: func(ctx context.Context, s *Store, tx session, row *scheduleRow) (bool, error) {
		_, err := tx.exec(ctx, scheduleDeleteSQL, row.rowid)
		if err == nil {
			_, err = tx.exec(ctx, tickDeleteSQL, asStored(row.name))
		}
		if err == nil {
			_, err = tx.exec(ctx, scheduleCountSQL, s.now(), 0, 1)
		}
		return true, err
	},
}
