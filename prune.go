package tasuki

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// The pruner deletes what is past its time. Every worker does it now and then;
// there is no leader, and two at once only share the work.
type pruner struct{ w *Worker }

const (
	pruneEvery = time.Minute
	pruneMost  = 1000
	// KeepDead is how long a dead job is kept for a person to see: as long as
	// Sidekiq keeps one.
	KeepDead = 180 * 24 * time.Hour
)

func (p *pruner) step(context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(p.w.life, pruneEvery)
	defer cancel()
	reply, err := p.w.st.Prune(ctx, store.PruneRequest{Dead: KeepDead, Limit: pruneMost})
	switch {
	case err != nil && p.w.life.Err() == nil:
		p.w.log.Warn("pruning failed; tried again later", slog.Any("error", err))
	case reply.More:
		return 100 * time.Millisecond
	}
	return pruneEvery/2 + rand.N(pruneEvery)
}
