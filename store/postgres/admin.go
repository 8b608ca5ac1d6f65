package postgres

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	pauseSQL  = named("pause")
	resumeSQL = named("resume")
	signalSQL = named("signal")
)

// Pause stops or lets go claims from queues; see [store.Admin].
func (s *Store) Pause(ctx context.Context, queues []string, on bool) error {
	if len(queues) == 0 {
		return nil
	}
	q := map[bool]query{true: pauseSQL, false: resumeSQL}[on]
	err := s.once(ctx, "pause", &call{query: q, args: []any{queues}})
	if err == nil && !on {
		s.bell.ring(queues...)
	}
	return err
}

// Signal gives workers an order; see [store.Admin].
func (s *Store) Signal(ctx context.Context, workers []string, what store.OrderKind) (known int, err error) {
	if len(workers) == 0 {
		return 0, nil
	}
	c := &call{query: signalSQL, args: []any{workers, string(what)}}
	err = s.once(ctx, "signal", c)
	return int(c.changed), err
}
