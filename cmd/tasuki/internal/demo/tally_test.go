package demo

import (
	"testing"
	"time"
)

func TestAGapBelongsToTheEventThatMayHaveMadeIt(t *testing.T) {
	start := time.Now()
	at := func(ms ...int) (times []time.Time) {
		for _, n := range ms {
			times = append(times, start.Add(time.Duration(n)*time.Millisecond))
		}
		return times
	}
	// Events at 100 and 500, the end at 900. The rows stand still from 90 to
	// 250, across the first event, and from 490 to 890, across the second.
	tl := &tally{times: map[int][]time.Time{1: at(10, 20, 90, 250, 300, 490, 890), 2: at(50)}}
	events := at(100, 500, 900)
	for _, c := range []struct {
		part, event int
		want        time.Duration
	}{{1, 0, 190 * time.Millisecond}, {1, 1, 400 * time.Millisecond}, {2, 0, 0}, {3, 0, 0}} {
		if got := tl.gap(c.part, events[c.event], events[c.event+1]); got != c.want {
			t.Errorf("part %d, event %d: %v, want %v", c.part, c.event, got, c.want)
		}
	}
	// A row that comes only after the next event was still held up by this one.
	tl.times[1] = at(90, 700)
	if got := tl.gap(1, events[0], events[1]); got != 610*time.Millisecond {
		t.Errorf("a gap beyond the next event is %v, want 610ms", got)
	}
}
