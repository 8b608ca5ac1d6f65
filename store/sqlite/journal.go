package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	runAddSQL  = text("run_add")
	runTrimSQL = text("run_trim")
)

// note adds a line to the job's journal; the first line and the newest stay.
func (m *mover) note(ctx context.Context, r *row, run store.Run) error {
	n := r.more.Runs
	r.more.Runs++
	r.trail |= trailRuns
	_, err := m.tx.exec(ctx, runAddSQL, r.seq, n, run.Worker, run.From.UnixMicro(), run.Until.UnixMicro(),
		clean(run.Why), orNull(r.cursor))
	if err != nil || n < store.MaxJournal {
		return err
	}
	_, err = m.tx.exec(ctx, runTrimSQL, r.seq, n-store.MaxJournal+1)
	return err
}

// noteRun adds the run that ends now.
func (m *mover) noteRun(ctx context.Context, r *row, worker, why string) error {
	return m.note(ctx, r, store.Run{Worker: worker, From: micros(r.claimed.Int64), Until: micros(m.now), Why: why})
}
