package postgres

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	pruneGoneSQL  = named("prune_gone")
	pruneEndedSQL = named("prune_ended")
	pruneMoreSQL  = named("prune_more")
	pruneLateSQL  = named("prune_late")
)

// Prune deletes what is past its time; see [store.Keeper]. Ids that left together are
// forgotten together, so it may delete some more than Limit.
func (s *Store) Prune(ctx context.Context, req store.PruneRequest) (reply store.PruneReply, err error) {
	limit := req.Limit
	if limit <= 0 {
		limit = 1000
	}
	var now int64
	if err := s.once(ctx, "prune", &call{query: nowSQL, row: func(r scanner) error { return r.Scan(&now) }}); err != nil {
		return reply, err
	}
	left, dead := now-store.Remember.Microseconds(), sqlstore.DeadBefore(now, req.Dead)
	var late bool
	more := &call{query: pruneMoreSQL, args: []any{left, dead}, row: func(r scanner) error { return r.Scan(&reply.More, &late) }}
	if err := s.once(ctx, "prune", more); err != nil {
		return reply, err
	}
	if late {
		if err := s.pruneLate(ctx); err != nil {
			return reply, err
		}
	}
	if !reply.More {
		return reply, nil
	}
	count := func(r scanner) error {
		var n int
		err := r.Scan(&n)
		reply.Deleted += n
		return err
	}
	if err := s.once(ctx, "prune", &call{query: pruneGoneSQL, args: []any{left, limit}, row: count}); err != nil {
		return reply, err
	}
	if rest := limit - reply.Deleted; rest > 0 {
		if err := s.once(ctx, "prune", &call{query: pruneEndedSQL, args: []any{dead, rest}, row: count}); err != nil {
			return reply, err
		}
	}
	return reply, s.once(ctx, "prune", more)
}

// lateAtOnce is how many batches of ids one statement looks at for late ones.
const lateAtOnce = 1000

// pruneLate says of ids that left later than now that they left now. Ids are forgotten
// in the order in which they left, so that a clock which was once ahead would make all
// that left since wait for that time.
func (s *Store) pruneLate(ctx context.Context) error {
	for after := int64(0); ; {
		late := 0
		err := s.once(ctx, "prune", &call{query: pruneLateSQL, args: []any{after, lateAtOnce},
			row: func(r scanner) error { return r.Scan(&after, &late) }})
		if err != nil || late < lateAtOnce {
			return err
		}
	}
}
