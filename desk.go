package tasuki

import (
	"context"
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
	fresh    func() bool
	ended    int // runs ended since the claimer last asked for the rate
}

func newDesk(slots int) *desk {
	return &desk{slots: slots, freed: loop.NewWake(), left: make(chan struct{}, 1),
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
	if d.beats-d.answered >= 2 || d.quiet || len(d.waiting) > extra/2 && d.running == d.slots {
		want = 0
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
// after the claim.) While quiet they are returned.
func (d *desk) admit(runs []*run, beats uint64) (returned []*run) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.beats-beats >= 2 {
		return nil
	}
	for _, r := range runs {
		d.live[r.held.Claim] = r
	}
	if d.quiet {
		return runs
	}
	if len(d.waiting) == 0 {
		d.since = time.Now()
	}
	d.waiting = append(d.waiting, runs...)
	d.dispatch()
	return nil
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
	d.dispatch()
	d.mu.Unlock()
	d.freed.Ring()
}

// remove forgets claims: their outcome is in the store, or they are lost.
func (d *desk) remove(runs []*run) {
	d.mu.Lock()
	for _, r := range runs {
		delete(d.live, r.held.Claim)
	}
	empty := len(d.live) == 0
	d.mu.Unlock()
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
	back := d.waiting
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

// stale answers the read-ahead if no slot has come free for it within limit.
func (d *desk) stale(limit time.Duration) []*run {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 || time.Since(d.since) < limit {
		return nil
	}
	back := d.waiting
	d.waiting = nil
	return back
}

// claims counts a beat and answers what it must name.
func (d *desk) claims() (n uint64, claims []store.Claim, busy int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.beats++
	claims = make([]store.Claim, 0, len(d.live))
	for _, r := range d.live {
		claims = append(claims, r.held.Claim)
	}
	return d.beats, claims, d.running
}

// pick answers the runs that hold these claims.
func (d *desk) pick(claims []store.Claim) []*run {
	d.mu.Lock()
	defer d.mu.Unlock()
	var runs []*run
	for _, c := range claims {
		if r := d.live[c]; r != nil {
			runs = append(runs, r)
		}
	}
	return runs
}

// lose ends the runs whose claims are another worker's. One that ended already
// is left to the settler, which is told the same.
func (d *desk) lose(runs []*run) {
	for _, r := range runs {
		d.mu.Lock()
		waiting, ended := r.started.IsZero(), r.ended
		if i := slices.Index(d.waiting, r); i >= 0 {
			d.waiting = slices.Delete(d.waiting, i, i+1)
		}
		d.mu.Unlock()
		switch {
		case waiting:
			d.remove([]*run{r})
		case !ended:
			r.lose()
		}
	}
}

// begun says whether a run has its slot, and so a context.
func (d *desk) begun(r *run) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !r.started.IsZero()
}

// active answers the runs whose handlers are running.
func (d *desk) active() []*run {
	return d.sift(func(r *run) bool { return !r.started.IsZero() && !r.ended })
}

// unrecorded answers the runs that ended and are not in the store.
func (d *desk) unrecorded() []*run { return d.sift(func(r *run) bool { return r.ended }) }

func (d *desk) sift(want func(*run) bool) []*run {
	d.mu.Lock()
	defer d.mu.Unlock()
	var runs []*run
	for _, r := range d.live {
		if want(r) {
			runs = append(runs, r)
		}
	}
	return runs
}

// jobs describes runs for people.
func (d *desk) jobs(runs []*run) []Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	jobs := make([]Job, len(runs))
	for i, r := range runs {
		jobs[i] = r.job()
	}
	return jobs
}

func (d *desk) empty() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.live) == 0
}

// interrupt cancels the context of every run that is still at it.
func (d *desk) interrupt(cause error) {
	for _, r := range d.active() {
		r.cancel(cause)
	}
}

// start is what begin calls in the run's own goroutine.
func (w *Worker) start(r *run) {
	r.begin(w.base)
	go r.work(w.cfg.Middleware, func(err error) { w.settleRun(r, err) })
}

// settleRun gives a run's outcome to the settler and its slot to the next.
func (w *Worker) settleRun(r *run, err error) {
	w.desk.returned(r)
	o, ok := r.verdict(err)
	r.cancel(context.Canceled)
	if ok {
		w.logOutcome(r, o)
		w.settler.put(r, o)
	} else {
		w.desk.remove([]*run{r})
	}
	w.desk.free()
}

// beaten notes that a beat was answered, and starts what waited for that.
func (d *desk) beaten(n uint64) {
	d.mu.Lock()
	d.answered = max(d.answered, n)
	d.dispatch()
	d.mu.Unlock()
	d.freed.Ring()
}
