package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Prune deletes what is past its time; see [store.Keeper]. Ids that are remembered end by
// themselves.
func (s *Store) Prune(ctx context.Context, req store.PruneRequest) (store.PruneReply, error) {
	p := pruning{store: s, limit: req.Limit}
	if p.limit <= 0 {
		p.limit = 1000
	}
	if err := p.run(ctx, req.Dead); err != nil {
		return store.PruneReply{Deleted: p.deleted}, fmt.Errorf("prune: %w", err)
	}
	return store.PruneReply{Deleted: p.deleted, More: p.more}, nil
}

// pruning is one Prune under way.
type pruning struct {
	store   *Store
	limit   int
	deleted int
	more    bool
}

func (p *pruning) run(ctx context.Context, dead time.Duration) error {
	now, err := p.store.now(ctx)
	if err != nil {
		return err
	}
	for _, set := range []string{p.store.keys.done(), p.store.keys.cancelled()} {
		if err := p.before(ctx, set, now); err != nil {
			return err
		}
	}
	if dead <= 0 {
		return nil
	}
	if kept := p.store.options.DeadFor; kept > defaultDeadFor {
		dead = max(dead, kept) // an engine that keeps them shorter is not asked
	}
	return p.before(ctx, deadKey, now.Add(-dead))
}

// before deletes what has a lower score than a moment's.
func (p *pruning) before(ctx context.Context, set string, end time.Time) error {
	s := p.store
	most := "(" + strconv.FormatFloat(float64(end.UnixMicro())/1e6, 'f', 6, 64)
	texts, err := s.client.Do(ctx, s.client.B().Zrangebyscore().Key(set).Min("-inf").Max(most).Limit(0, int64(p.limit-p.deleted)+1).Build()).AsStrSlice()
	if err != nil {
		return skipWrong(err)
	}
	if room := p.limit - p.deleted; len(texts) > room {
		texts, p.more = texts[:room], true
	}
	if len(texts) == 0 {
		return nil
	}
	w := work{}
	for _, text := range texts {
		j, _ := readJob(text)
		t := transition{guard: "member", key: set, what: text, id: j.id}
		t.commands.add("UNLINK", iterationKey(j.id), s.keys.journal(j.id))
		w.transitions = append(w.transitions, t)
	}
	a, err := s.apply(ctx, &w)
	if err != nil {
		return err
	}
	for _, l := range a.letters {
		if l == applied {
			p.deleted++
		}
	}
	return nil
}
