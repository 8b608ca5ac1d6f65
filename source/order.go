package source

import (
	"cmp"
	"errors"
	"fmt"
)

// An order watches one level of nested sources: the engine sees both at once and
// could not tell a level that turns round from the next outer item.
type order[C any] struct {
	compare func(a, b C) int // nil: nothing is known
	last    *C
	sign    int // of the direction; 0: not known yet
}

var errTurned = errors.New("the source goes back or repeats a cursor")

// next takes the cursor of the next item.
func (o *order[C]) next(c C) error {
	if o.compare != nil && o.last != nil {
		sign := cmp.Compare(o.compare(c, *o.last), 0)
		if sign == 0 || o.sign != 0 && sign != o.sign {
			return fmt.Errorf("%w: %.200s behind %.200s", errTurned, fmt.Sprint(c), fmt.Sprint(*o.last))
		}
		o.sign = sign
	}
	o.last = &c
	return nil
}

// passed says whether c, which comes behind the last cursor, is known to be
// behind mark too.
func (o *order[C]) passed(c, mark C) bool {
	if o.compare == nil || o.last == nil {
		return false
	}
	return cmp.Compare(o.compare(c, *o.last), 0)*o.compare(c, mark) > 0
}
