package tasuki

import (
	"encoding/json"

	"github.com/tasuki-jobs/tasuki/store"
)

// An item is one item of a loop while its function runs. It gets behind the job by
// a Commit under its context, or when its function has returned.
type item struct {
	place
	it  *iteration
	raw json.RawMessage // its cursor

	// Guarded by run.mu.
	seq   uint64 // of the last Commit that was tried for it; 0: none
	whole bool   // a Commit recorded it
	over  bool   // its function has returned
}

// take begins an item.
func (it *iteration) take(raw json.RawMessage) *item {
	i := &item{it: it, raw: raw, place: place{run: it.run, path: it.path, held: it.at.held.Within(), above: it.at}}
	i.open = func() *scope { return it.state.item(raw) }
	i.held.Take(&store.Point{Stand: i.stand, Settled: i.settled})
	return i
}

// leave ends it. A Commit that comes later finds that it is over.
func (i *item) leave() {
	i.run.mu.Lock()
	i.over = true
	i.run.mu.Unlock()
	i.held.Leave()
}

// fits refuses an item whose cursor would make the job's state too large to be kept,
// before it is done.
func (it *iteration) fits(raw json.RawMessage) error {
	if len(raw) <= it.largest {
		return nil
	}
	r := it.run
	r.mu.Lock()
	defer r.mu.Unlock()
	before := it.state.Cursor
	it.state.Cursor = raw
	_, err := r.state()
	it.state.Cursor = before
	if err == nil {
		it.largest = len(raw)
	}
	return err
}

// stand is where the job stands once the item is done; Commit asks.
func (i *item) stand() (store.Standing, error) {
	r := i.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if i.over {
		return store.Standing{}, errOver
	}
	l, key := i.it.state, string(i.raw)
	cursor, in := l.Cursor, l.Items[key]
	i.behind()
	st, err := r.standing(i.it.counting())
	if l.Cursor = cursor; in != nil {
		l.Items[key] = in
	}
	i.seq = st.Seq
	return st, err
}

// settled is told how the Commit ended.
func (i *item) settled(err error) {
	i.run.mu.Lock()
	defer i.run.mu.Unlock()
	if i.run.settled(&i.place, err) {
		i.record()
		i.whole = true
	}
}

// advance notes that the item is done, unless something in it was refused. A Commit
// of it, or inside of it, whose fate is unknown is no doubt any more: the handler
// went on.
func (i *item) advance() error {
	r := i.run
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case i.whole:
		return nil
	case i.refused:
		return errRefused
	}
	if r.doubt != 0 && r.doubtAt.within(&i.place) {
		r.doubt = 0
	}
	i.record()
	r.changed()
	return nil
}

// record puts the item behind the job. Called with run.mu held.
func (i *item) record() {
	i.behind()
	i.run.counted()
	if p := i.it.counting(); p != nil {
		i.it.done++
		i.run.progress, i.run.told = *p, false
	}
}

// behind puts the item behind the loop. Called with run.mu held.
func (i *item) behind() {
	i.it.state.Cursor = i.raw
	delete(i.it.state.Items, string(i.raw))
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
