package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	finishRunningSQL = text("finish_running")
	finishJobsSQL    = text("finish_jobs")
)

// finishPlain finishes the jobs that leave nothing but their id, one claim's
// jobs at a time. What it does not find is left to the others' way: lost, or
// with something to keep.
func (b *batch) finishPlain(ctx context.Context) error {
	byID := make(map[string]int, len(b.req.Outcomes)) // -1: named twice, so the order matters
	for i := range b.req.Outcomes {
		id := b.req.Outcomes[i].ID
		if _, twice := byID[id]; twice {
			i = -1
		}
		byID[id] = i
	}
	claims := map[store.Token][]byte{}
	for i := range b.req.Outcomes {
		o := &b.req.Outcomes[i]
		var raw [16]byte
		if byID[o.ID] >= 0 && b.plain(o) && packUUID(&raw, o.ID) {
			list := append(claims[o.Token], ',', '"')
			claims[o.Token] = append(hex.AppendEncode(list, raw[:]), '"')
		}
	}
	for token, list := range claims {
		list[0] = '['
		if err := b.finishClaim(ctx, token, string(append(list, ']')), byID); err != nil {
			return err
		}
	}
	return nil
}

// plain says whether an outcome finishes its job and does nothing else.
func (b *batch) plain(o *store.Outcome) bool {
	return o.Verb == store.Finish && len(o.Enqueue) == 0 && b.store.checkOutcome(o) == nil
}

// finishClaim finishes jobs of one token.
func (b *batch) finishClaim(ctx context.Context, token store.Token, ids string, byID map[string]int) error {
	seqs := []int64{}
	rows, err := b.tx.query(ctx, finishRunningSQL, b.worker, int64(token), ids)
	err = each(rows, err, func(r *sql.Rows) error {
		var seq int64
		err := r.Scan(&seq)
		seqs = append(seqs, seq)
		return err
	})
	if err != nil || len(seqs) == 0 {
		return err
	}
	rows, err = b.tx.query(ctx, finishJobsSQL, asJSON(seqs))
	return each(rows, err, func(r *sql.Rows) error {
		var finished id
		err := r.Scan(&finished)
		b.results[byID[string(finished)]].What = store.Applied
		b.mover.gone = appendGone(b.mover.gone, string(finished))
		b.done++
		return err
	})
}
