package pid1

import "time"

// An agenda is what is to be done, and when. What is done may put new things in.
type agenda struct {
	entries []entry
	over    bool // nothing more is to be done, whatever still runs
}

type entry struct {
	at time.Time
	do func(now time.Time)
}

// at puts something in.
func (a *agenda) at(t time.Time, do func(now time.Time)) { a.entries = append(a.entries, entry{t, do}) }

// next is when the next thing is to be done.
func (a *agenda) next() (t time.Time, ok bool) {
	for _, e := range a.entries {
		if !ok || e.at.Before(t) {
			t, ok = e.at, true
		}
	}
	return t, ok
}

// call does what is due.
func (a *agenda) call(now time.Time) {
	var due []entry
	rest := a.entries[:0]
	for _, e := range a.entries {
		if e.at.After(now) {
			rest = append(rest, e)
		} else {
			due = append(due, e)
		}
	}
	a.entries = rest
	for _, e := range due {
		e.do(now)
	}
}
