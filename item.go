package tasuki

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An item is one item of a loop while its function runs. It gets behind the job by
// a Commit under its context, or when its function has returned.
type item struct {
	place
	it    *iteration
	point store.Point
	left  bool // owned by the loop's goroutine

	// Guarded by run.mu.
	seq   uint64 // of the last Commit that was tried for it; 0: none
	whole bool   // a Commit recorded it
}

// take begins an item, unless the one that the loop stands in has ended meanwhile.
func (it *iteration) take(raw json.RawMessage) (*item, error) {
	i := &item{it: it, place: place{run: it.run, path: it.path, held: it.at.held.Within(), above: it.at, item: raw}}
	i.kept, i.point = i, store.Point{Stand: i.stand, Settled: i.settled}
	now := it.run.clock()
	it.run.mu.Lock()
	defer it.run.mu.Unlock()
	if it.at.above != nil {
		if err := it.at.keeps(); err != nil {
			return nil, err
		}
	}
	it.run.take(&i.place, now)
	i.held.Take(&i.point)
	return i, nil
}

// scope is what is recorded in the item until it is done.
func (i *item) scope() *scope { return i.it.state.item(i.place.item) }

// leave ends it. A Commit that comes later finds that it is over.
func (i *item) leave() {
	if !i.left {
		i.run.mu.Lock()
		i.run.drop(&i.place, i.run.clock())
		i.run.mu.Unlock()
	}
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
	l, key := i.it.state, string(i.item)
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
	now := i.run.clock()
	i.run.mu.Lock()
	defer i.run.mu.Unlock()
	if i.run.settled(&i.place, err) {
		i.record(now)
		i.whole = true
	}
}

// advance ends the item and notes that it is done, unless something in it was
// refused. A Commit of it, or inside of it, whose fate is unknown is no doubt any more:
// the handler went on.
func (i *item) advance() error {
	r, now := i.run, i.run.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(&i.place, now)
	i.left = true
	switch {
	case i.whole:
		return nil
	case i.refused:
		return r.refusal()
	}
	if r.doubt != 0 && r.doubtAt.within(&i.place) {
		r.doubt = 0
	}
	i.record(now)
	r.changed()
	return nil
}

// record puts the item behind the job. Called with run.mu held.
func (i *item) record(now time.Duration) {
	i.behind()
	i.run.counted(now)
	if p := i.it.counting(); p != nil {
		i.it.done++
		i.run.progress, i.run.told = *p, false
	}
}

// behind puts the item behind the loop. Called with run.mu held.
func (i *item) behind() {
	i.it.state.Cursor = i.item
	delete(i.it.state.Items, string(i.item))
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
