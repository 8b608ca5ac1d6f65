package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	runAddSQL  = text("run_add")
	runTrimSQL = text("run_trim")
)

// note writes a line of a journal, if there is one; the first line and the newest
// stay.
func (m *mover) note(ctx context.Context, l *sqlstore.Line) error {
	if l == nil {
		return nil
	}
	_, err := m.tx.exec(ctx, runAddSQL, l.Seq, l.N, l.Worker, l.From.UnixMicro(), l.Until.UnixMicro(), l.Why, orNull(l.Cursor))
	if below := l.Trim(); err == nil && below > 1 {
		_, err = m.tx.exec(ctx, runTrimSQL, l.Seq, below)
	}
	return err
}
