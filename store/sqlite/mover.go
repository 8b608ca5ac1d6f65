package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var (
	updateSQL   = text("job_update")
	deleteSQL   = text("job_delete")
	endSQL      = text("job_end")
	rememberSQL = text("id_add")
	runAddSQL   = text("run_add")
	runTrimSQL  = text("run_trim")
	dropRestSQL = [...]string{trailRuns: text("runs_delete"), trailTags: text("tags_delete"), trailArgs: text("args_delete")}
)

// A mover writes what became of single jobs: to another state, to the ended
// ones, or out of the store.
type mover struct {
	tx  session
	now int64
}

// changeable are the columns that statements read before they change a job.
func (r *row) changeable() []any {
	return []any{&r.seq, &r.state, &r.ord, &r.claimed, &r.cancelling, &r.cursor, &r.progress, &r.saved, &r.trail, &r.more, &r.kind}
}

// end brings the job to an end. A cancel without words leaves those of who
// asked for it.
func (r *row) end(state int, now int64, why string) {
	r.state, r.ended = state, now
	r.ord = dueOf(r.ord)
	if why != "" || state != cancelled {
		r.more.Why = clean(why)
	}
}

// settle writes a job that was running and is not any more. One that somebody
// wants cancelled does not go back but ends.
func (m *mover) settle(ctx context.Context, r *row) error {
	if r.cancelling && r.state <= suspect {
		r.end(cancelled, m.now, "")
	}
	r.cancelling = false
	return m.put(ctx, r)
}

// put writes a live job where its state belongs.
func (m *mover) put(ctx context.Context, r *row) error {
	if r.state <= suspect {
		if r.state == ready && r.more.Deaths > 0 {
			r.state = suspect
		}
		_, err := m.tx.exec(ctx, updateSQL, r.seq, r.state, r.ord, orNull(r.cursor), r.progress.stored(), r.trail, r.more.stored())
		return err
	}
	keep, forever := r.keep()
	if keep <= 0 && !forever {
		return m.drop(ctx, r)
	}
	r.until = sql.NullInt64{Int64: m.now + keep.Microseconds(), Valid: !forever}
	_, err := m.tx.exec(ctx, endSQL, r.seq, r.state, r.ord, orNull(r.cursor), r.progress.stored(), orNull(r.result),
		r.trail, r.more.stored(), r.ended, r.until)
	if err != nil {
		return err
	}
	_, err = m.tx.exec(ctx, deleteSQL, r.seq)
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

// drop takes a live job out of the store; its id is remembered.
func (m *mover) drop(ctx context.Context, r *row) error {
	if _, err := m.tx.exec(ctx, deleteSQL, r.seq); err != nil {
		return err
	}
	return m.forget(ctx, r)
}

// forget deletes what a job leaves behind in other tables and remembers its id.
func (m *mover) forget(ctx context.Context, r *row) error {
	for bit, text := range dropRestSQL {
		if text != "" && r.trail&bit != 0 {
			if _, err := m.tx.exec(ctx, text, r.seq); err != nil {
				return err
			}
		}
	}
	_, err := m.tx.exec(ctx, rememberSQL, packID(string(r.id)), m.now)
	return err
}

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
