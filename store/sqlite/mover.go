package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	updateSQL        = text("job_update")
	deleteSQL        = text("job_delete")
	endSQL           = text("job_end")
	runningDeleteSQL = text("running_delete")
	searchSQL        = [...]string{text("search_ready"), text("search_suspects"), text("search_running")}
	readyDeleteSQL   = text("ready_delete")
	suspectAddSQL    = text("suspect_add")
	standSQL         = [...]string{sqlstore.Ready: readyAddSQL, sqlstore.Suspect: suspectAddSQL}
	suspectDeleteSQL = text("suspect_delete")
	goneAddSQL       = text("gone_add")
	dropRestSQL      = [...]string{sqlstore.TrailRuns: text("runs_delete"), sqlstore.TrailTags: text("tags_delete"), sqlstore.TrailArgs: text("args_delete")}
)

// A mover writes what became of single jobs: to another state, to the ended
// ones, or out of the store. A job is lifted first, then put or dropped.
// Whoever has one closes it before the transaction ends.
type mover struct {
	tx   session
	now  int64
	gone []byte // ids of those dropped; see appendGone
}

// lift takes a job from where it stands. If it is not there it is looked for, or it
// would stand in two places.
func (m *mover) lift(ctx context.Context, r *row) error {
	n, err := int64(1), error(nil)
	switch {
	case r.Worker != 0:
		n, err = m.tx.exec(ctx, runningDeleteSQL, r.Worker, r.Token, r.Seq)
	case r.State == sqlstore.Ready:
		n, err = m.tx.exec(ctx, readyDeleteSQL, r.Lane, r.Priority, r.Ord, r.Seq)
	case r.State == sqlstore.Suspect:
		n, err = m.tx.exec(ctx, suspectDeleteSQL, r.Lane, r.Priority, r.Ord, r.Seq)
	}
	for i := 0; i < len(searchSQL) && n == 0 && err == nil; i++ {
		_, err = m.tx.exec(ctx, searchSQL[i], r.Seq)
	}
	return err
}

// put writes a lifted job where its state belongs.
func (m *mover) put(ctx context.Context, r *row) error {
	if r.damage != nil {
		if err := m.repair(ctx, r); err != nil {
			return err
		}
	}
	if r.State > sqlstore.Suspect {
		return m.putEnded(ctx, r)
	}
	_, err := m.tx.exec(ctx, updateSQL, r.Seq, r.State, r.Ord, r.Trail, moreOf(r), orNull(r.Cursor), progressOf(&r.Progress))
	if add := standSQL[r.State]; err == nil && add != "" {
		_, err = m.tx.exec(ctx, add, r.Lane, r.Priority, r.Ord, r.Seq)
	}
	return err
}

// putEnded keeps an ended job as long as it shall stay.
func (m *mover) putEnded(ctx context.Context, r *row) error {
	keep, forever := r.Stays()
	if keep <= 0 && !forever {
		return m.drop(ctx, r)
	}
	if r.Until = 0; !forever {
		r.Until = m.now + keep.Microseconds()
	}
	_, err := m.tx.exec(ctx, endSQL, r.Seq, r.State, r.Ord, r.Trail, r.Ended, nonZero(r.Until), moreOf(r),
		orNull(r.Cursor), progressOf(&r.Progress), orNull(r.Result))
	if err == nil {
		_, err = m.tx.exec(ctx, deleteSQL, r.Seq)
	}
	return err
}

// drop takes a lifted job out of the store; its id is remembered.
func (m *mover) drop(ctx context.Context, r *row) error {
	if _, err := m.tx.exec(ctx, deleteSQL, r.Seq); err != nil {
		return err
	}
	return m.leave(ctx, r)
}

// leave deletes what a job that is deleted has in other tables.
func (m *mover) leave(ctx context.Context, r *row) error {
	for bit, text := range dropRestSQL {
		if text != "" && r.Trail&int64(bit) != 0 {
			if _, err := m.tx.exec(ctx, text, r.Seq); err != nil {
				return err
			}
		}
	}
	if !r.damage.Has("id") {
		m.gone = appendGone(m.gone, r.ID)
	}
	return nil
}

// close remembers the ids of those that left.
func (m *mover) close(ctx context.Context) error {
	if len(m.gone) == 0 {
		return nil
	}
	_, err := m.tx.exec(ctx, goneAddSQL, m.now, m.gone)
	m.gone = nil
	return err
}
