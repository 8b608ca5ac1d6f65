package sqlite

import (
	"encoding/json"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// longArgs is from how many bytes on arguments lie in a table of their own, so
// that a claim or a save does not write them again.
const longArgs = 2 << 10

// A row is a job as it is stored here, live or ended, and what of it cannot be read:
// that is told as Why in a list, in the journal of a job that goes on, as Why of one
// that cannot.
type row struct {
	sqlstore.Job
	damage sqlstore.Damage
}

// A place is where a ready job stands in its lane.
type place struct {
	lane     int64
	priority int64
	ord      int64
	seq      int64
}

func (r *row) place() place { return place{r.Lane, r.Priority, r.Ord, r.Seq} }

// moreOf is the column more.
func moreOf(r *row) any {
	if r.More.Empty() {
		return nil
	}
	return sqlstore.JSON(&r.More)
}

// progressOf is the column progress.
func progressOf(p *store.Progress) any {
	if *p == (store.Progress{}) {
		return nil
	}
	return sqlstore.JSON(p)
}

// fromJSON reads a column of JSON.
func fromJSON(v, dest any) error {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), dest)
	case []byte:
		return json.Unmarshal(v, dest)
	}
	return fmt.Errorf("JSON is stored as %T", v)
}

// orNull is an optional text as a column's value. Empty is stored, nil is not.
func orNull(text []byte) any {
	if text == nil {
		return nil
	}
	return string(text)
}

// nonZero is a value of which zero is none, as a column's value.
func nonZero[T comparable](v T) any {
	var none T
	if v == none {
		return nil
	}
	return v
}
