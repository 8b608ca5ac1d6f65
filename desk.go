package tasuki

import (
	"slices"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The desk holds every claim of this worker, from the claim's answer until its
// outcome is in the store: waiting for a slot, running, or ended and not yet
// recorded. What the beat names is what lies here.
type desk struct {
	slots int
	begin func(*run) // starts a run's goroutine
	freed loop.Wake  // rung when the claimer may want more
	moved loop.Wake  // rung when the number of running jobs changes
	left  chan struct{}

	mu       sync.Mutex
	live     map[store.Claim]*run // ids alone may repeat where other programs enqueue
	waiting  []*run               // claimed, no slot yet
	since    time.Time
	running  int
	quiet    bool
	closed   bool          // quiet for good
	stop     chan struct{} // Stopping of the runs that start now; closed when they are told
	beats    uint64        // beats built so far
	answered uint64        // the number of the last one that was answered
	held     bool          // the claimer waits for the next one that is
	fresh    func() bool
	ended    int    // runs ended since the claimer last asked for the rate
	done     uint64 // runs ended in all
}

func newDesk(slots int) *desk {
	return &desk{slots: slots, freed: loop.NewWake(), moved: loop.NewWake(), left: make(chan struct{}, 1),
		live: map[store.Claim]*run{}, stop: make(chan struct{})}
}

// room says how many jobs to ask for: the free slots and as much read-ahead as
// is not waiting already. It also answers what the claim must know.
func (d *desk) room(ahead func(ended int) int) (want, suspects int, beats uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	extra := ahead(d.ended)
	d.ended = 0
	want = d.slots - d.running + extra - len(d.waiting)
	d.held = d.held || d.beats-d.answered >= 2
	if d.beats-d.answered >= 2 || d.quiet || len(d.waiting) > extra/2 && d.running == d.slots {
		want = 0
	}
	if want <= 0 {
		return want, 0, d.answered // it is asked whenever a slot comes free
	}
	suspects = 1
	for _, r := range d.live {
		if r.rec.Deaths > 0 {
			suspects = 0
			break
		}
	}
	return want, suspects, d.answered
}

// admit takes the answer of a claim that was sent when beat number `beats` was the
// last one answered. If two more have been built since, the store may have taken
// the claims back, since neither named them: they are not run. (A beat that was on
// its way when the claim was sent counts as built since: the store may have seen it
// after the claim.) What must not run is answered, to be returned: so late a reply,
// and all while quiet.
func (d *desk) admit(runs []*run, beats uint64) (back []*run) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range runs {
		d.live[r.held.Claim] = r
	}
	if d.quiet || d.beats-beats >= 2 {
		return giveUp(runs)
	}
	if len(d.waiting) == 0 {
		d.since = time.Now()
	}
	d.waiting = append(d.waiting, runs...)
	d.dispatch()
	return nil
}

// giveUp marks runs whose claims are on their way back.
func giveUp(runs []*run) []*run {
	for _, r := range runs {
		r.back = true
	}
	return runs
}

// dispatch starts what has a slot, while the worker's beat is answered: what was
// claimed before a freeze may be another worker's now. Called with mu held.
func (d *desk) dispatch() {
	for d.running < d.slots && len(d.waiting) > 0 && d.fresh() {
		r := d.waiting[0]
		d.waiting[0] = nil
		d.waiting = d.waiting[1:]
		d.since = time.Now()
		d.running++
		r.started, r.stopping = d.since, d.stop
		d.begin(r)
		d.moved.Ring()
	}
}

// returned notes that a run's handler has returned. Its slot is still taken.
func (d *desk) returned(r *run) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r.ended = true
}

// free gives a run's slot on. The claim stays until remove.
func (d *desk) free() {
	d.mu.Lock()
	d.running--
	d.ended++
	d.done++
	d.dispatch()
	d.mu.Unlock()
	d.freed.Ring()
	d.moved.Ring()
}

// remove forgets claims: their outcome is in the store, or they are lost. Behind a
// suspect the next one may be claimed.
func (d *desk) remove(runs []*run) {
	suspect := false
	d.mu.Lock()
	for _, r := range runs {
		suspect = suspect || r.rec.Deaths > 0
		delete(d.live, r.held.Claim)
	}
	empty := len(d.live) == 0
	d.mu.Unlock()
	if suspect {
		d.freed.Ring()
	}
	if empty {
		select {
		case d.left <- struct{}{}:
		default:
		}
	}
}

// hush stops the coming of work and tells what runs: every job's Stopping is
// closed. It answers the read-ahead, to be returned. For good, wake is refused.
func (d *desk) hush(forGood bool) []*run {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = d.closed || forGood
	if !d.quiet {
		d.quiet = true
		close(d.stop)
	}
	back := giveUp(d.waiting)
	d.waiting = nil
	return back
}

// wake lets work come again. Who was told to stop stays told.
func (d *desk) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.quiet && !d.closed {
		d.quiet = false
		d.stop = make(chan struct{})
	}
	d.freed.Ring()
}

// waits says whether there is read-ahead.
func (d *desk) waits() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting) > 0
}

// stale answers the read-ahead if no slot has come free for it within limit.
func (d *desk) stale(limit time.Duration) []*run {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 || time.Since(d.since) < limit {
		return nil
	}
	back := giveUp(d.waiting)
	d.waiting = nil
	return back
}

// claims counts a beat and answers what it must name.
func (d *desk) claims() (n uint64, claims []store.Claim, busy int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.beats++
	claims = make([]store.Claim, 0, len(d.live))
	first := 0 // how many of them stand in front since they are at work
	for _, r := range d.live {
		claims = append(claims, r.held.Claim)
		if last := len(claims) - 1; !r.started.IsZero() && !r.ended {
			claims[first], claims[last] = claims[last], claims[first]
			first++
		}
	}
	return d.beats, claims, d.running
}

// lose ends the runs whose claims are another worker's and answers how many of
// them were at work. One that ended already, or is on its way back, is left to the
// settler, which is told the same.
func (d *desk) lose(runs []*run) (working int) {
	for _, r := range runs {
		d.mu.Lock()
		waits, settling := r.started.IsZero(), r.ended || r.back
		if i := slices.Index(d.waiting, r); i >= 0 {
			d.waiting = slices.Delete(d.waiting, i, i+1)
		}
		d.mu.Unlock()
		switch {
		case settling:
		case waits:
			d.remove([]*run{r})
		default:
			working++
			r.lose()
		}
	}
	return working
}

// beaten notes that a beat was answered, and starts what waited for that.
func (d *desk) beaten(n uint64) {
	d.mu.Lock()
	d.answered = max(d.answered, n)
	d.dispatch()
	ring := d.held
	d.held = false
	d.mu.Unlock()
	if ring {
		d.freed.Ring()
	}
}

// hold notes that the claimer waits for an answered beat.
func (d *desk) hold() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held = true
}
