package tasuki

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// How an item gets behind the job: by a Commit of the handler's, or when its
// function has returned.

// stand is where the job stands once the item in hand is done; Commit asks.
func (it *iteration) stand() (store.Standing, error) {
	r := it.run
	r.mu.Lock()
	defer r.mu.Unlock()
	before := *it.state
	it.state.Cursor, it.state.Item = it.raw, nil
	st, err := r.standing(it.counting())
	*it.state = before
	it.seq = st.Seq
	return st, err
}

// settled is told how the Commit ended.
func (it *iteration) settled(err error) {
	it.run.mu.Lock()
	defer it.run.mu.Unlock()
	if it.run.settled(it.in.path, err) {
		it.record()
		it.whole = true
	}
}

// advance notes that the item in hand is done. A Commit of it, or inside of it,
// whose fate is unknown is no doubt any more: the handler went on.
func (it *iteration) advance() {
	r := it.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if it.whole {
		return
	}
	if r.doubt != 0 && (it.seq == r.doubt || strings.HasPrefix(r.doubtAt, it.in.path+"/")) {
		r.doubt = 0
	}
	it.record()
	r.changed()
}

// record puts the item in hand behind the job. Called with run.mu held.
func (it *iteration) record() {
	it.state.Cursor, it.state.Item = it.raw, nil
	it.run.counted()
	if p := it.counting(); p != nil {
		it.done++
		it.run.progress, it.run.told = *p, false
	}
}

// counting is the progress once the item in hand is done, nil if it is not known.
// Called with run.mu held.
func (it *iteration) counting() *store.Progress {
	if it.total <= 0 {
		return nil
	}
	p := it.run.progress
	p.Done, p.Total = it.done+1, max(it.total, it.done+1)
	return &p
}
