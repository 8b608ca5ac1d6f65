package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	updateSQL        = text("job_update")
	deleteSQL        = text("job_delete")
	endSQL           = text("job_end")
	runningDeleteSQL = text("running_delete")
	searchSQL        = [...]string{text("search_ready"), text("search_suspects"), text("search_running")}
	readyDeleteSQL   = text("ready_delete")
	suspectAddSQL    = text("suspect_add")
	suspectDeleteSQL = text("suspect_delete")
	goneAddSQL       = text("gone_add")
	dropRestSQL      = [...]string{trailRuns: text("runs_delete"), trailTags: text("tags_delete"), trailArgs: text("args_delete")}
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
	case r.worker.Valid:
		n, err = m.tx.exec(ctx, runningDeleteSQL, r.worker.Int64, r.token.Int64, r.seq)
		r.worker.Valid = false
	case r.state == ready:
		n, err = m.tx.exec(ctx, readyDeleteSQL, r.lane, r.priority, r.ord, r.seq)
	case r.state == suspect:
		n, err = m.tx.exec(ctx, suspectDeleteSQL, r.lane, r.priority, r.ord, r.seq)
	}
	for i := 0; i < len(searchSQL) && n == 0 && err == nil; i++ {
		_, err = m.tx.exec(ctx, searchSQL[i], r.seq)
	}
	return err
}

// end brings the job to an end. A cancel without words leaves those of who
// asked for it.
func (r *row) end(state, now int64, why string) {
	r.state, r.ended = state, now
	r.ord = dueOf(r.ord)
	if why != "" || state != cancelled {
		r.more.Why = clean(why)
	}
}

// settle puts a lifted job that was running. One that somebody wants cancelled
// does not go back but ends.
func (m *mover) settle(ctx context.Context, r *row) error {
	if r.cancelling && r.state <= suspect {
		r.end(cancelled, m.now, "")
	}
	return m.put(ctx, r)
}

// put writes a lifted job where its state belongs.
func (m *mover) put(ctx context.Context, r *row) error {
	if r.damage != nil {
		if err := m.repair(ctx, r); err != nil {
			return err
		}
	}
	if r.state > suspect {
		return m.putEnded(ctx, r)
	}
	add := ""
	if r.state == ready || r.state == suspect {
		r.state, add = ready, readyAddSQL
		if r.more.Deaths > 0 {
			r.state, add = suspect, suspectAddSQL
		}
	}
	_, err := m.tx.exec(ctx, updateSQL, r.seq, r.state, r.ord, r.trail, r.more.stored(), orNull(r.cursor), r.progress.stored())
	if err == nil && add != "" {
		_, err = m.tx.exec(ctx, add, r.lane, r.priority, r.ord, r.seq)
	}
	return err
}

// putEnded keeps an ended job as long as it shall stay.
func (m *mover) putEnded(ctx context.Context, r *row) error {
	keep, forever := r.keep()
	if keep <= 0 && !forever {
		return m.drop(ctx, r)
	}
	r.until = sql.NullInt64{Int64: m.now + keep.Microseconds(), Valid: !forever}
	_, err := m.tx.exec(ctx, endSQL, r.seq, r.state, r.ord, r.trail, r.ended, r.until, r.more.stored(),
		orNull(r.cursor), r.progress.stored(), orNull(r.result))
	if err == nil {
		_, err = m.tx.exec(ctx, deleteSQL, r.seq)
	}
	return err
}

// keep is how long an ended job stays.
func (r *row) keep() (keep time.Duration, forever bool) {
	switch {
	case r.state == dead:
		return 0, true
	case r.state == cancelled || r.more.Runs > 0:
		return max(r.more.Keep, store.KeepJournal), false
	}
	return r.more.Keep, false
}

// drop takes a lifted job out of the store; its id is remembered.
func (m *mover) drop(ctx context.Context, r *row) error {
	if _, err := m.tx.exec(ctx, deleteSQL, r.seq); err != nil {
		return err
	}
	return m.leave(ctx, r)
}

// leave deletes what a job that is deleted has in other tables.
func (m *mover) leave(ctx context.Context, r *row) error {
	for bit, text := range dropRestSQL {
		if text != "" && r.trail&int64(bit) != 0 {
			if _, err := m.tx.exec(ctx, text, r.seq); err != nil {
				return err
			}
		}
	}
	if !r.damage.has("id") {
		m.gone = appendGone(m.gone, string(r.id))
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
