package postgres

import (
	"cmp"
	"encoding/json"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// Columns that may be NULL.

func raw(column *string) json.RawMessage {
	if column == nil {
		return nil
	}
	return json.RawMessage(*column)
}

func text(column *string) string {
	if column == nil {
		return ""
	}
	return *column
}

func number[N int32 | int64](column *N) N {
	if column == nil {
		return 0
	}
	return *column
}

// orNone is an optional JSON text as a column's value.
func orNone(text json.RawMessage) *string {
	if text == nil {
		return nil
	}
	s := string(text)
	return &s
}

// progressOf is the column progress.
func progressOf(p *store.Progress) *string {
	if *p == (store.Progress{}) {
		return nil
	}
	return orNull(sqlstore.JSON(p))
}

// A place is where a ready job stands in its lane.
type place struct {
	priority int64
	ord      int64
	seq      int64
}

func placeOf(j *sqlstore.Job) place { return place{j.Priority, j.Ord, j.Seq} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.priority, q.priority), cmp.Compare(p.ord, q.ord), cmp.Compare(p.seq, q.seq))
}
