package sqlite

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	oldestSQL      = text("prune_oldest")
	forgetSQL      = text("prune_forget")
	restSQL        = text("prune_rest")
	goneDeleteSQL  = text("prune_gone")
	expiredSQL     = text("prune_expired")
	longDeadSQL    = text("prune_dead")
	endedDeleteSQL = text("ended_delete")
	prunableSQL    = text("prune_more")
)

// pruneAtOnce is how many records one transaction of Prune deletes, so that
// others get their turn in between.
const pruneAtOnce = 500

// Prune deletes what is past its time; see [store.Keeper].
func (s *Store) Prune(ctx context.Context, req store.PruneRequest) (reply store.PruneReply, err error) {
	limit := req.Limit
	if limit <= 0 {
		limit = 1000
	}
	for reply.Deleted < limit {
		p := pruning{store: s, left: min(limit-reply.Deleted, pruneAtOnce), dead: req.Dead}
		asked := p.left
		if p.idle(ctx) {
			reply.More = false
			break
		}
		if err := s.write(ctx, "prune", func(tx session) error { return p.run(ctx, tx) }); err != nil {
			return reply, err
		}
		reply.Deleted += asked - p.left
		if reply.More = p.more; p.left > 0 {
			break
		}
	}
	return reply, nil
}

// farAhead is how far ahead of the clock no time is at which ids left: it is a year.
// Ids that left at a time that is none are forgotten at once, or they would keep all
// that left after them.
const farAhead = 365 * 24 * 3600 * 1_000_000

// pruning is one transaction of Prune.
type pruning struct {
	store *Store
	left  int // how many it may still delete
	dead  time.Duration
	mover mover
	more  bool
}

// idle says that there is nothing to prune, without a lock.
func (p *pruning) idle(ctx context.Context) bool {
	more := true
	err := p.store.read(ctx, "prune", func(s session) (err error) {
		more, err = p.prunable(ctx, s, p.store.now())
		return err
	})
	return err == nil && !more
}

func (p *pruning) prunable(ctx context.Context, s session, now int64) (more bool, err error) {
	rows, err := s.query(ctx, prunableSQL, now-store.Remember.Microseconds(), now, sqlstore.DeadBefore(now, p.dead), now+farAhead)
	return more, one(rows, err, &more)
}

func (p *pruning) run(ctx context.Context, tx session) (err error) {
	p.mover = mover{tx: tx, now: p.store.now()}
	for more := true; more && p.left > 0; {
		if more, err = p.forget(ctx); err != nil {
			return err
		}
	}
	if err := p.drop(ctx, expiredSQL, p.mover.now); err != nil {
		return err
	}
	if err := p.drop(ctx, longDeadSQL, sqlstore.DeadBefore(p.mover.now, p.dead)); err != nil {
		return err
	}
	if err := p.mover.close(ctx); err != nil {
		return err
	}
	p.more, err = p.prunable(ctx, tx, p.mover.now)
	return err
}

// forget forgets the ids that left first together, if that is long ago.
func (p *pruning) forget(ctx context.Context) (more bool, err error) {
	var n int64
	var stored any
	rows, err := p.mover.tx.query(ctx, oldestSQL, p.mover.now-store.Remember.Microseconds(), p.mover.now+farAhead)
	if err := one(rows, err, &n, &stored); err != nil {
		if err == errNoRow {
			err = nil
		}
		return false, err
	}
	list, _ := stored.([]byte)
	ids, rest := cutGone(list, p.left)
	if _, err := p.mover.tx.exec(ctx, forgetSQL, packIDs(ids)); err != nil {
		return false, err
	}
	if p.left -= len(ids); len(rest) > 0 {
		_, err = p.mover.tx.exec(ctx, restSQL, n, rest)
	} else {
		_, err = p.mover.tx.exec(ctx, goneDeleteSQL, n)
	}
	return true, err
}

// drop deletes the ended jobs that a statement selects.
func (p *pruning) drop(ctx context.Context, selects string, before int64) error {
	old, err := prunableShape.all(p.mover.tx.query(ctx, selects, before, p.left))
	if err != nil {
		return err
	}
	p.left -= len(old)
	for _, r := range old {
		if err := p.mover.dropEnded(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// dropEnded takes an ended job out of the store; its id is remembered.
func (m *mover) dropEnded(ctx context.Context, r *row) error {
	if _, err := m.tx.exec(ctx, endedDeleteSQL, r.Seq); err != nil {
		return err
	}
	return m.leave(ctx, r)
}
