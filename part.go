package tasuki

import "time"

// A part is an item or a step as the run's list of what is in hand has it. It is
// measured from the moment the runtime lets it begin, and again behind whatever stands
// in it: there the runtime could have refused. All of it is guarded by run.mu.
type part struct {
	since      time.Duration // by the run's clock; negative: it is not measured
	inside     int           // parts in it that are in hand
	prev, next *place
}

// take puts a part that begins now into the list. Called with mu held.
func (r *run) take(p *place, now time.Duration) {
	if up := p.above; up.above != nil {
		r.measure(up, now)
		up.inside++
	}
	p.since = now
	if p.next = r.hand; p.next != nil {
		p.next.prev = p
	}
	r.hand = p
}

// rest ends the measuring of a part that is not over. Called with mu held.
func (r *run) rest(p *place, now time.Duration) {
	r.measure(p, now)
	p.since = -1
}

// drop takes a part that is over out of the list. Called with mu held.
func (r *run) drop(p *place, now time.Duration) {
	p.over = true
	r.rest(p, now)
	if up := p.above; up.above != nil {
		up.inside--
		if up.since >= 0 {
			up.since = now
		}
	}
	if p.next != nil {
		p.next.prev = p.prev
	}
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		r.hand = p.next
	}
	p.prev, p.next = nil, nil
}

// measure compares how long a part took with the longest. Called with mu held.
func (r *run) measure(p *place, now time.Duration) {
	if took := p.takes(now); took > r.longest {
		r.longest, r.longestIn = took, p
	}
}

// takes is for how long nothing of a part could have been refused; 0 if something
// in it is in hand, which is measured itself.
func (p *place) takes(now time.Duration) time.Duration {
	if p.since < 0 || p.inside > 0 {
		return 0
	}
	return now - p.since
}

// slowest is the longest that a part took, those in hand among them.
func (r *run) slowest(now time.Duration) (time.Duration, *place) {
	took, in := r.longest, r.longestIn
	for p := r.hand; p != nil; p = p.next {
		if d := p.takes(now); d > took {
			took, in = d, p
		}
	}
	return took, in
}
