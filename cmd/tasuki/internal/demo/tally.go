package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// A tally is what the store and the manifest say at the moment. All figures of
// the demo are read from there; the demo counts nothing by itself.
type tally struct {
	store    *sqlite.Store
	manifest manifest

	ids     []string                // of the demo's jobs
	jobs    map[string]store.Record // by id
	workers map[int]store.Worker    // by pid

	last  int64               // number of the last row seen
	rows  int64               // rows seen
	times map[int][]time.Time // when the rows of each part were written
	place map[int]place       // the last file of each part
	moved time.Time           // when a row was written, or seen, last
}

func newTally(st *sqlite.Store) *tally {
	return &tally{store: st, manifest: manifest{st.DB()}, times: map[int][]time.Time{}, place: map[int]place{}, moved: time.Now()}
}

// look reads everything anew.
func (t *tally) look(ctx context.Context) error {
	if err := t.lookAtRows(ctx); err != nil {
		return err
	}
	workers, err := t.store.Workers(ctx, store.WorkersRequest{})
	if err != nil {
		return err
	}
	t.workers = map[int]store.Worker{}
	for _, w := range workers {
		t.workers[w.Process.PID] = w
	}
	if len(t.ids) == 0 {
		return nil
	}
	page, err := t.store.List(ctx, store.ListRequest{Filter: store.Filter{IDs: t.ids}})
	if err != nil {
		return err
	}
	before := t.jobs
	t.jobs = map[string]store.Record{}
	for _, r := range page.Jobs {
		t.jobs[r.ID] = r
		if was := before[r.ID]; was.State != r.State || was.Worker != r.Worker {
			t.moved = time.Now()
		}
	}
	return nil
}

func (t *tally) lookAtRows(ctx context.Context) error {
	for r, err := range t.manifest.since(ctx, t.last) {
		if err != nil {
			return fmt.Errorf("read the manifest: %w", err)
		}
		t.last = r.n
		t.rows++
		t.times[r.part] = append(t.times[r.part], r.at)
		t.place[r.part] = r.place
		t.moved = time.Now()
	}
	return nil
}

// runs says whether the job runs on a worker; nil: on any.
func (t *tally) runs(id string, m *member) bool {
	r := t.jobs[id]
	return r.State == store.Running && (m == nil || t.workers[m.pid()].Name == r.Worker)
}

func (t *tally) ended(id string) bool { return t.jobs[id].State.Ended() }

// known says whether the store knows the worker: it has begun to work.
func (t *tally) known(m *member) bool {
	_, ok := t.workers[m.pid()]
	return ok
}

// runner is the pid of the worker that runs the job, 0 if none does.
func (t *tally) runner(id string) int {
	for pid, w := range t.workers {
		if r := t.jobs[id]; r.State == store.Running && r.Worker == w.Name {
			return pid
		}
	}
	return 0
}

// counts are what the records of all jobs add up to.
func (t *tally) counts() (handOvers, releases, attempts int) {
	for _, r := range t.jobs {
		handOvers += r.Interruptions
		releases += r.Releases
		attempts += r.Attempts
	}
	return handOvers, releases, attempts
}

// undone are the jobs that are not done, with what became of them.
func (t *tally) undone() []string {
	var texts []string
	for _, id := range slices.Sorted(maps.Keys(t.jobs)) {
		if r := t.jobs[id]; r.State != store.Done {
			texts = append(texts, fmt.Sprintf("%s %s is %s %s", r.Kind, r.ID, r.State, r.Why))
		}
	}
	return texts
}

// gap is the longest time without a row of a part, among those that the moment
// from falls into or that ended between from and to: what happens at from may
// have made them. 0 if there is none.
func (t *tally) gap(part int, from, to time.Time) time.Duration {
	var longest time.Duration
	times := t.times[part]
	for i := 1; i < len(times); i++ {
		if times[i].After(from) && (!times[i].After(to) || !times[i-1].After(from)) {
			longest = max(longest, times[i].Sub(times[i-1]))
		}
	}
	return longest
}

// allEnded says whether no job is under way.
func (t *tally) allEnded() bool {
	for _, r := range t.jobs {
		if !r.State.Ended() {
			return false
		}
	}
	return len(t.jobs) == len(t.ids)
}
