package tasuki

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// An order watches the cursors of a source: one that repeats itself or turns round
// would make a resumed job skip items or do them for ever.
type order[C any] struct {
	compare func(a, b C) int // nil: only repetitions are found
	last    C
	raw     json.RawMessage // of last; nil: none yet
	sign    int             // of the direction; 0: not known yet
}

// ordering begins behind start, which is a cursor if raw is not nil.
func ordering[C any](compare func(a, b C) int, start C, raw json.RawMessage) *order[C] {
	if compare == nil {
		compare = natural[C]()
	}
	return &order[C]{compare: compare, last: start, raw: raw}
}

// next takes the cursor of the next item.
func (o *order[C]) next(c C, raw json.RawMessage) error {
	before := o.raw
	sign, same := o.sign, before != nil && bytes.Equal(before, raw)
	if before != nil && o.compare != nil && !same {
		switch d := o.compare(c, o.last); {
		case d == 0:
			same = true
		case o.sign == 0:
			sign = cmp.Compare(d, 0)
		case o.sign != cmp.Compare(d, 0):
			return fmt.Errorf("the source goes back, from cursor %s to %s (hint: it must yield its items in one order, and only those behind the cursor it is given)", before, raw)
		}
	}
	if same {
		return fmt.Errorf("the source yields cursor %s twice (hint: a cursor must tell each item from all others; add a unique column or the item's number)", raw)
	}
	o.last, o.raw, o.sign = c, raw, sign
	return nil
}

// natural is the order of numbers and times, nil for other types.
func natural[C any]() func(a, b C) int {
	for _, usual := range []any{cmp.Compare[int], cmp.Compare[int64], cmp.Compare[uint64], time.Time.Compare} {
		if compare, ok := usual.(func(a, b C) int); ok {
			return compare
		}
	}
	switch k := reflect.TypeFor[C]().Kind(); {
	case k >= reflect.Int && k <= reflect.Int64:
		return func(a, b C) int { return cmp.Compare(reflect.ValueOf(a).Int(), reflect.ValueOf(b).Int()) }
	case k >= reflect.Uint && k <= reflect.Uintptr:
		return func(a, b C) int { return cmp.Compare(reflect.ValueOf(a).Uint(), reflect.ValueOf(b).Uint()) }
	case k == reflect.Float32 || k == reflect.Float64:
		return func(a, b C) int { return cmp.Compare(reflect.ValueOf(a).Float(), reflect.ValueOf(b).Float()) }
	}
	return nil
}
