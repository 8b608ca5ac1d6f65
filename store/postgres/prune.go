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
	more := &call{query: pruneMoreSQL, args: []any{left, dead}, row: func(r scanner) error { return r.Scan(&reply.More) }}
	if err := s.once(ctx, "prune", more); err != nil || !reply.More {
		return reply, err
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
