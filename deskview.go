package tasuki

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// What others see of the desk: who is at work, who has ended, who holds a claim.

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

// counts answers how many slots are taken, and how many runs have ended.
func (d *desk) counts() (busy int, done uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running, d.done
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

// inFlight is what runs, by kind, for a log line: "import×2 mail×1".
func (w *Worker) inFlight() string {
	kinds := map[string]int{}
	for _, r := range w.desk.active() {
		kinds[r.rec.Kind]++
	}
	if len(kinds) == 0 {
		return "nothing"
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&b, "%s×%d ", k, kinds[k])
	}
	return strings.TrimSpace(b.String())
}
