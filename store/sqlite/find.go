package sqlite

import (
	"context"
	"database/sql"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var (
	findLanesSQL = text("find_lanes")
	fewIDsSQL    = text("few_ids")
	fewTagsSQL   = text("few_tags")
	fewWorkerSQL = text("few_worker")
	fewLiveSQL   = text("few_live")
	fewEndedSQL  = text("few_ended")
)

// A table is one of the two in which jobs lie, and its statements.
type table struct {
	find   string
	window string
	list   string
	move   string
	states []store.State

	changeable, listed shape
}

var (
	liveTable = table{
		find: text("find_live"), window: text("find_window_live"), list: text("list_live"), move: text("move_live"),
		states:     []store.State{store.Scheduled, store.Ready, store.Running, store.Retry},
		changeable: changeableShape, listed: listedShape,
	}
	endedTable = table{
		find: text("find_ended"), window: text("find_window_ended"), list: text("list_ended"), move: text("move_ended"),
		states:     []store.State{store.Done, store.Dead, store.Cancelled},
		changeable: changeableEndedShape, listed: listedEndedShape,
	}
)

// lookAt bounds how many jobs one look goes through. Among more, those that an
// index says are few are looked for directly; else the look ends early and says
// where the next one begins.
const lookAt = 20_000

// A finder finds the jobs of a selection.
type finder struct {
	q    session
	sel  *selection
	most int // see lookAt
}

func (s *Store) finder(q session, f *store.Filter) finder {
	return finder{q: q, sel: newSelection(f, s.now()), most: s.lookAt}
}

// find answers up to limit seqs up to one, the highest first. What lies below
// floor was not looked at; 0: all was.
func (f *finder) find(ctx context.Context, t *table, upTo int64, limit int) (seqs []int64, floor int64, err error) {
	if !f.sel.asks(t.states...) {
		return nil, 0, nil
	}
	if err := f.lanes(ctx); err != nil {
		return nil, 0, err
	}
	sel := f.sel
	if len(sel.lines) > 0 {
		few, ok, err := f.few(ctx, t)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			sel = sel.among(few)
		} else if floor, err = f.window(ctx, t, upTo); err != nil {
			return nil, 0, err
		}
	}
	seqs, err = f.seqs(ctx, sel.apply(t.find), sel.in(upTo, floor, limit)...)
	if len(seqs) == limit && limit > 0 {
		floor = seqs[limit-1]
	}
	return seqs, floor, err
}

// seqs are what a statement answers; what is no number is no job's.
func (f *finder) seqs(ctx context.Context, text string, in ...any) (seqs []int64, err error) {
	rows, err := f.q.query(ctx, text, in...)
	err = each(rows, err, func(r *sql.Rows) error {
		var seq any
		err := r.Scan(&seq)
		if n, ok := asInteger(seq); ok {
			seqs = append(seqs, n)
		}
		return err
	})
	return seqs, err
}

// lanes turns queues and kinds into lanes, once.
func (f *finder) lanes(ctx context.Context) error {
	if f.sel.values[inLanes] != nil {
		return nil
	}
	lanes, err := f.seqs(ctx, findLanesSQL, sqlstore.JSON(f.sel.filter.Queues), sqlstore.JSON(f.sel.filter.Kinds))
	f.sel.values[inLanes] = sqlstore.JSON(append([]int64{}, lanes...))
	return err
}

// few answers a superset of what is selected, if some index says that it is
// small.
func (f *finder) few(ctx context.Context, t *table) (few []int64, ok bool, err error) {
	v, limit := f.sel.values, f.most+1
	switch filter := f.sel.filter; {
	case len(filter.IDs) > 0:
		few, err = f.seqs(ctx, fewIDsSQL, v[inIDs], len(filter.IDs))
		return append(few, unreadableOf(filter.IDs)...), true, err
	case filter.Worker != "":
		few, err = f.seqs(ctx, fewWorkerSQL, v[inWorker], limit)
	case len(filter.Tags) > 0:
		few, err = f.seqs(ctx, fewTagsSQL, v[inTags], limit)
	case t == &endedTable:
		few, err = f.seqs(ctx, f.sel.apply(fewEndedSQL), v[inLanes], f.endedStates(), limit)
	default:
		waits := f.sel.asks(store.Ready, store.Scheduled, store.Retry) // what became due is ready
		few, err = f.seqs(ctx, f.sel.apply(fewLiveSQL), v[inLanes], f.sel.asks(store.Ready), waits, f.sel.asks(store.Running), limit)
	}
	return few, len(few) < limit, err
}

// endedStates are the ended states that are selected.
func (f *finder) endedStates() string {
	if len(f.sel.filter.States) > 0 {
		return stateList(f.sel.filter.States)
	}
	return stateList(endedTable.states)
}

// window is where a look that begins at a seq ends; 0: it sees all.
func (f *finder) window(ctx context.Context, t *table, upTo int64) (floor int64, err error) {
	rows, err := f.q.query(ctx, t.window, upTo, f.most)
	if err = one(rows, err, &floor); err == errNoRow {
		return 0, nil
	}
	return floor, err
}
