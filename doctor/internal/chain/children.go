package chain

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

// children are the programs that a script starts, in the order in which it would.
type children struct {
	stops []*stop
	seen  map[place]*visits
}

// A stop is a program that a script starts, in the order in which it would.
type stop struct {
	chain      *Chain
	at         deploy.Pos
	lead, next string // as it is written: assignments, and the rest
	offset     int    // of next in its source, if exec may be put in front of it; -1: it may not
	exec       bool
	where
	trapped bool // a trap was set before it
	again   bool // the script comes to its place more than once: an exec there would be its end
	waits   waits
}

// waits are how a script waits for what it has put into the background.
type waits struct {
	n     int
	loop  bool
	fatal bool // the first one ends the script, since a failure does
	trap  trap // what was set at the first one: the signal comes then
}

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

// many says whether there are more of them than are followed.
func (c *children) many() bool { return len(c.stops) > mostStops }

// visit is one more time that the script comes to a place, as it does in its functions.
func (c *children) visit(at place) *visits {
	v := c.seen[at]
	if v == nil {
		v = &visits{}
		c.seen[at] = v
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

// wait lets those in the background have been waited for once more: loop, within a loop; the
// first time is remembered as it is.
func (c *children) wait(first waits, loop bool) {
	for _, s := range c.stops {
		if !s.background {
			continue
		}
		if s.waits.n++; s.waits.n == 1 {
			s.waits.fatal, s.waits.trap = first.fatal, first.trap
		}
		s.waits.loop = s.waits.loop || loop
	}
}
