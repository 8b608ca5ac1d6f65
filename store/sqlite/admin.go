package sqlite

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	pauseSQL  = text("pause")
	resumeSQL = text("resume")
	signalSQL = text("signal")
)

// Pause stops or lets go claims from queues; see [store.Admin].
func (s *Store) Pause(ctx context.Context, queues []string, on bool) error {
	if len(queues) == 0 {
		return nil
	}
	err := s.write(ctx, "pause", func(tx session) error {
		for _, q := range queues {
			if _, err := tx.exec(ctx, map[bool]string{true: pauseSQL, false: resumeSQL}[on], q); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && !on {
		s.stir()
	}
	return err
}

// Signal gives workers an order; see [store.Admin].
func (s *Store) Signal(ctx context.Context, workers []string, what store.OrderKind) (known int, err error) {
	if len(workers) == 0 {
		return 0, nil
	}
	err = s.write(ctx, "signal", func(tx session) error {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(workers))) {
			n, err := tx.exec(ctx, signalSQL, name, string(what))
			if err != nil {
				return err
			}
			known += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return known, nil
}
