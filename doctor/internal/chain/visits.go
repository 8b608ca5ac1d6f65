package chain

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A place is where a program's words stand: those of a function stand there for each call.
type place struct {
	text   deploy.Pos
	offset uint
}

// visits are how often a tour came to a place, and what it started there.
type visits struct {
	n     int
	stops []*stop
}

// visit is one more time that the script comes to a call, as it does in its functions.
func (t *tour) visit(c *syntax.CallExpr) *visits {
	at := place{t.text.base.Pos, c.Pos().Offset()}
	v := t.seen[at]
	if v == nil {
		v = &visits{}
		t.seen[at] = v
	}
	v.n++
	return v
}

// mark tells what was started at a place that an exec there would be the end of the others.
func (v *visits) mark() {
	for _, s := range v.stops {
		if v.n > 1 {
			s.again, s.offset = true, -1
		}
	}
}
