package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	scheduleDeleteSQL = text("schedule_delete")
	tickDeleteSQL     = text("tick_delete")
)

// Switch pauses, resumes or deletes schedules; see [store.Scheduler]. One whose row
// cannot be read is deleted as any other, and neither paused nor resumed.
func (s *Store) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (changed int, err error) {
	if !sqlstore.KnowsSwitch(to) {
		return 0, fmt.Errorf("switch schedules to %q: no such way: %w", to, store.ErrInvalid)
	}
	if len(names) == 0 {
		return 0, nil
	}
	err = s.write(ctx, "switch schedules", func(tx session) error {
		changed = 0
		for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
			turned, err := s.turn(ctx, tx, name, to)
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

// turn switches one schedule, and says whether that changed it.
func (s *Store) turn(ctx context.Context, tx session, name string, to store.ScheduleSwitch) (bool, error) {
	row, err := oneSchedule(ctx, tx, name)
	if err != nil || row == nil {
		return false, err
	}
	changed, deleted := row.Switch(to, sqlstore.Time(s.now()))
	switch {
	case deleted:
		err = s.deleteSchedule(ctx, tx, row)
	case changed:
		err = s.putSchedule(ctx, tx, &row.Schedule)
	}
	return changed, err
}

func (s *Store) deleteSchedule(ctx context.Context, tx session, row *scheduleRow) error {
	_, err := tx.exec(ctx, scheduleDeleteSQL, row.rowid)
	if err == nil {
		_, err = tx.exec(ctx, tickDeleteSQL, asStored(row.name))
	}
	if err == nil {
		_, err = tx.exec(ctx, scheduleCountSQL, s.now(), 0, 1)
	}
	return err
}
