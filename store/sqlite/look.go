package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	lookSQL   = text("claim_look")
	workerSQL = text("worker")
)

// A view is what a claim sees of the lanes that it may take from.
type view struct {
	worker  int64
	beat    int64
	lanes   []laneView
	unsound bool // a lane's first due time cannot be read
}

// A laneView is one lane with something in it.
type laneView struct {
	lane    int64
	queue   string
	kind    string
	ready   bool
	suspect bool
	due     sql.NullInt64 // when the first that waits becomes due
}

// setDue says with false that the time cannot be read.
func (l *laneView) setDue(v any) bool {
	n, ok := asInteger(v)
	l.due = sql.NullInt64{Int64: n, Valid: ok}
	return ok || v == nil
}

// look reads what there is for a request. It writes nothing.
func look(ctx context.Context, s session, req *store.ClaimRequest) (v view, err error) {
	var beat any
	rows, err := s.query(ctx, workerSQL, req.Worker)
	if err = one(rows, err, &v.worker, &beat); err != nil {
		if err == errNoRow {
			err = store.ErrUnknownWorker
		}
		return v, err
	}
	v.beat, _ = asInteger(beat)
	rows, err = s.query(ctx, lookSQL, sqlstore.JSON(names(req.Queues)), sqlstore.JSON(unique(req.Kinds)), store.Format)
	err = each(rows, err, func(r *sql.Rows) error {
		var l laneView
		var due any
		if err := r.Scan(&l.lane, &l.queue, &l.kind, &l.ready, &l.suspect, &due); err != nil {
			return err
		}
		if !l.setDue(due) {
			v.unsound = true
			v.lanes = append(v.lanes, l)
		} else if l.ready || l.suspect || l.due.Valid {
			v.lanes = append(v.lanes, l)
		}
		return nil
	})
	return v, err
}

// names are the queues' names, each once.
func names(queues []store.QueueWant) []string {
	list := make([]string, len(queues))
	for i := range queues {
		list[i] = queues[i].Name
	}
	return unique(list)
}

// unique is the list with each text once: a lane must not be looked at twice.
func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// anything says whether a claim of this view could take a job.
func (v *view) anything(suspects int, now int64) bool {
	if v.unsound {
		return true
	}
	for i := range v.lanes {
		l := &v.lanes[i]
		if l.ready || l.suspect && suspects > 0 || l.due.Valid && l.due.Int64 <= now {
			return true
		}
	}
	return false
}
