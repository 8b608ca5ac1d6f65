package tasuki

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A plan is one schedule as its row says, and its next tick.
type plan struct {
	row  store.Schedule
	at   Timing
	next time.Time // the first tick that was not fired, as far as this worker knows
	pos  int       // in the heap; -1: not there

	fault error // what the Timing did that none may do
	told  bool  // it was logged
}

const (
	// inTime is how late a tick is fired as if it were not late.
	inTime = time.Minute
	// maxMissed is how many missed ticks of one schedule are made up for.
	maxMissed = 1000
)

// following is the first whole second of a Timing after the second that t is in;
// zero if there is none, or with an error that the Timing does not keep its word.
func following(at Timing, t time.Time) (next time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			next, err = time.Time{}, fmt.Errorf("its Next panicked: %v", p)
		}
	}()
	t = t.Truncate(time.Second)
	next = at.Next(t.Add(time.Second - 1))
	switch {
	case next.IsZero():
		return next, nil
	case next.Unix() <= t.Unix():
		return time.Time{}, fmt.Errorf("its Next answers %v for what comes after %v", next, t)
	}
	return next.Truncate(time.Second), nil
}

// after is the plan's first tick after t, zero if there is none.
func (p *plan) after(t time.Time) time.Time {
	next, err := following(p.at, t)
	p.fault = cmp.Or(p.fault, err)
	return next
}

// begin puts the plan before its first tick after all that its row knows of.
func (p *plan) begin() {
	after := p.row.From
	if last := time.Unix(p.row.Last, 0); p.row.Last != 0 && last.After(after) {
		after = last
	}
	p.next = p.after(after)
}

// due are the ticks that are to be fired at now, at most so many, and the tick
// after them. The plan stays as it is. Over says that there were too many.
func (p *plan) due(now time.Time, most int) (ticks []time.Time, next time.Time, over bool) {
	if p.row.Missed == store.MissedAll {
		ticks, over = p.all(now)
		ticks = ticks[:min(len(ticks), most)]
		return ticks, p.after(ticks[len(ticks)-1]), over
	}
	latest := p.latest(now)
	if p.row.Missed == store.MissedOnce || now.Sub(latest) <= inTime {
		ticks = []time.Time{latest}
	}
	return ticks, p.after(latest), false
}

// latest is the last tick that is not after now. It looks at few of them, however
// many there were.
func (p *plan) latest(now time.Time) time.Time {
	tick, more := p.reaches(p.next, now)
	if !more {
		return p.next
	}
	for none := now; none.Sub(tick) > time.Second; { // there is none after this one
		middle := tick.Add(none.Sub(tick) / 2)
		if next, more := p.reaches(middle, now); more {
			tick = next
		} else {
			none = middle
		}
	}
	if next, more := p.reaches(tick, now); more {
		tick = next
	}
	return tick
}

// reaches answers the first tick after t, and whether it is there and not after now.
func (p *plan) reaches(t, now time.Time) (time.Time, bool) {
	next := p.after(t)
	return next, !next.IsZero() && !next.After(now)
}

// all are the newest maxMissed ticks that are not after now, in order; one at least,
// also of a Timing that contradicts itself.
func (p *plan) all(now time.Time) (ticks []time.Time, over bool) {
	ticks = p.from(p.next, now)
	if len(ticks) <= maxMissed {
		return ticks, false
	}
	many, few := p.next, now // from which on there are too many, and not
	for few.Sub(many) > time.Second {
		middle := many.Add(few.Sub(many) / 2)
		if len(p.from(p.after(middle), now)) > maxMissed {
			many = middle
		} else {
			few = middle
		}
	}
	if newest := p.from(p.after(few), now); len(newest) > 0 {
		return newest, true
	}
	p.fault = errors.New("its Next does not answer the same for the same moment")
	return ticks[:1], true
}

// from are the ticks from one on that are not after now, one more than maxMissed at
// most.
func (p *plan) from(tick, now time.Time) (ticks []time.Time) {
	for ; !tick.IsZero() && !tick.After(now) && len(ticks) <= maxMissed; tick = p.after(tick) {
		ticks = append(ticks, tick)
	}
	return ticks
}

// plans is a heap, the next tick on top.
type plans []*plan

func (h plans) Len() int           { return len(h) }
func (h plans) Less(i, j int) bool { return h[i].next.Before(h[j].next) }
func (h plans) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

// Push is for container/heap.
func (h *plans) Push(x any) {
	p := x.(*plan)
	p.pos = len(*h)
	*h = append(*h, p)
}

// Pop is for container/heap.
func (h *plans) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	p.pos = -1
	*h = (*h)[:last]
	return p
}
