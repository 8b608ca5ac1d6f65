package sqlite

import (
	"context"
	"database/sql"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	finishClaimSQL   = text("finish_claim")
	finishRunningSQL = text("finish_running")
	finishJobsSQL    = text("finish_jobs")
)

// finishPlain finishes the jobs that leave nothing but their id, all of a claim
// at once. What it leaves out goes the others' way: it is lost, or has something
// to keep.
func (b *batch) finishPlain(ctx context.Context) error {
	byID := make(map[string]int, len(b.req.Outcomes)) // -1: named twice, so the order matters
	for i := range b.req.Outcomes {
		id := b.req.Outcomes[i].ID
		if _, twice := byID[id]; twice {
			i = -1
		}
		byID[id] = i
	}
	plain := map[store.Token]map[string]int{}
	for i := range b.req.Outcomes {
		o := &b.req.Outcomes[i]
		if byID[o.ID] < 0 || !b.plain(o) {
			continue
		}
		if plain[o.Token] == nil {
			plain[o.Token] = make(map[string]int, len(b.req.Outcomes))
		}
		plain[o.Token][o.ID] = i
	}
	for token, byID := range plain {
		if err := b.finishClaim(ctx, token, byID); err != nil {
			return err
		}
	}
	return nil
}

// plain says whether an outcome finishes its job and does nothing else.
func (b *batch) plain(o *store.Outcome) bool {
	return o.Verb == store.Finish && len(o.Enqueue) == 0 && sqlstore.CheckOutcome(o, b.store.options.MaxPayload) == nil
}

// finishClaim finishes those of a claim's jobs that are named and leave nothing.
func (b *batch) finishClaim(ctx context.Context, token store.Token, byID map[string]int) error {
	var seqs []int64
	rows, err := b.tx.query(ctx, finishClaimSQL, b.worker, int64(token))
	err = each(rows, err, func(r *sql.Rows) error {
		var stored, trail any
		var seq int64
		if err := r.Scan(&stored, &seq, &trail); err != nil {
			return err
		}
		job, _ := asID(stored)
		if i, ok := byID[job]; ok && trail == any(int64(0)) {
			seqs = append(seqs, seq)
			b.results[i].What = store.Applied
			b.mover.gone = appendGone(b.mover.gone, job)
		}
		return nil
	})
	if err != nil || len(seqs) == 0 {
		return err
	}
	b.done += len(seqs)
	list := sqlstore.JSON(seqs)
	if _, err := b.tx.exec(ctx, finishRunningSQL, b.worker, int64(token), list); err != nil {
		return err
	}
	_, err = b.tx.exec(ctx, finishJobsSQL, list)
	return err
}
