package sqlite

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A shape is what a statement answers of jobs, in its order.
type shape []column

var (
	// pickedShape is what a claim reads.
	pickedShape = shape{seqColumn, idColumn, laneColumn, stateColumn, priorityColumn, ordColumn, createdColumn, trailColumn,
		argsColumn, ukeyColumn, moreColumn, cursorColumn, progressColumn}
	// changeableShape is what is read of a job before it is changed.
	changeableShape      = changeableIn(stateColumn)
	changeableEndedShape = changeableIn(endedStateColumn)
	// listedShape is what a list reads.
	listedShape      = listedIn(stateColumn)
	listedEndedShape = listedIn(endedStateColumn)
	// claimedShape is what a list reads of who runs a job.
	claimedShape = shape{seqColumn, workerNameColumn, tokenColumn, claimedColumn, cancellingColumn}
	// prunableShape is what is read of a job before it is deleted.
	prunableShape = shape{seqColumn, idColumn, trailColumn}
	// holderShape is what is read of the job that holds a unique key.
	holderShape = shape{seqColumn, idColumn}
)

func changeableIn(state column) shape {
	return shape{idColumn, seqColumn, laneColumn, state, priorityColumn, ordColumn, trailColumn, moreColumn,
		cursorColumn, progressColumn, savedColumn, workerColumn, tokenColumn, claimedColumn, cancellingColumn, kindColumn}
}

func listedIn(state column) shape {
	return shape{seqColumn, idColumn, laneColumn, queueColumn, kindColumn, formatColumn, state, priorityColumn, ordColumn,
		createdColumn, trailColumn, argsColumn, ukeyColumn, moreColumn, cursorColumn, progressColumn, resultColumn, endedColumn}
}

// A sheet takes rows of one shape from a statement, one after another.
type sheet struct {
	shape shape
	cells []any
	into  []any
}

func (s shape) sheet() *sheet {
	sh := &sheet{shape: s, cells: make([]any, len(s)), into: make([]any, len(s))}
	for i := range sh.cells {
		sh.into[i] = &sh.cells[i]
	}
	return sh
}

// scan reads the row that rows is at; before are columns in front of the shape's.
// What cannot be read is no error.
func (s *sheet) scan(rows *sql.Rows, r *row, before ...any) error {
	into := s.into
	if len(before) > 0 {
		into = append(before, into...)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	for i := range s.shape {
		if c := &s.shape[i]; !c.read(r, s.cells[i]) {
			r.damage = append(r.damage, sqlstore.Flaw{Column: c.name, Holds: s.cells[i]})
		}
	}
	if r.damage != nil {
		r.understand()
	}
	return nil
}

// understand makes of the damage what can be known only once all is read.
func (r *row) understand() {
	if r.damage.Has("id") {
		r.ID = unreadable(r.Seq)
	}
	// A lane's kind is never NULL: it is the lane that is missing.
	missing := func(f sqlstore.Flaw) bool { return f.Column == kindOfLane && f.Holds == nil }
	if !slices.ContainsFunc(r.damage, missing) {
		return
	}
	r.damage = slices.DeleteFunc(r.damage, func(f sqlstore.Flaw) bool { return f.Holds == nil && strings.HasPrefix(f.Column, "tasuki_lanes.") })
	if !r.damage.Has("lane") {
		r.damage = append(r.damage, noLane(r.Lane))
	}
}

func noLane(lane int64) sqlstore.Flaw {
	return sqlstore.Flaw{Column: "lane", Holds: lane, Why: "and there is no such lane"}
}

// all reads every row.
func (s shape) all(rows *sql.Rows, err error) (all []*row, _ error) {
	sh := s.sheet()
	err = each(rows, err, func(q *sql.Rows) error {
		r := &row{}
		all = append(all, r)
		return sh.scan(q, r)
	})
	return all, err
}

// one reads the only row, or answers errNoRow.
func (s shape) one(rows *sql.Rows, err error) (*row, error) {
	all, err := s.all(rows, err)
	if err == nil && len(all) == 0 {
		err = errNoRow
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}
