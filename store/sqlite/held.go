package sqlite

import (
	"cmp"
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	heldSQL    = text("held")
	heldAllSQL = text("held_all")
)

// held reads the job of a claim, or answers errNoRow if the claim is lost.
func (b *batch) held(ctx context.Context, c store.Claim) (*row, error) {
	r, err := changeableShape.one(b.tx.query(ctx, heldSQL, packID(c.ID), b.worker, int64(c.Token)))
	if err != errNoRow {
		return r, err
	}
	return searchClaim(ctx, b.tx, b.worker, c)
}

// searchClaim looks through all that a worker holds under a claim's token: a claim is
// not lost because its job's id cannot be read, in its row or among the ids.
func searchClaim(ctx context.Context, tx session, worker int64, c store.Claim) (*row, error) {
	all, err := changeableShape.all(tx.query(ctx, heldAllSQL, worker, int64(c.Token)))
	if err != nil || len(all) == 0 {
		return nil, cmp.Or(err, errNoRow)
	}
	var seq any
	rows, err := tx.query(ctx, knownSQL, packID(c.ID))
	if err := one(rows, err, &seq); err != nil && err != errNoRow {
		return nil, err
	}
	for _, r := range all {
		if r.ID == c.ID || seq == any(r.Seq) && r.damage.Has("id") {
			r.ID = c.ID
			return r, nil
		}
	}
	return nil, errNoRow
}
