package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// moveAtOnce is how many jobs of a place are looked at and moved at once.
const moveAtOnce = 500

// from are the states from which each way begins.
var moves = map[store.State][]store.State{
	store.Ready:     {store.Scheduled, store.Retry, store.Dead, store.Cancelled},
	store.Dead:      {store.Scheduled, store.Ready, store.Retry},
	store.Cancelled: {store.Scheduled, store.Ready, store.Retry, store.Running},
	store.Deleted:   {store.Scheduled, store.Ready, store.Retry, store.Dead, store.Cancelled, store.Done},
}

// Move brings the selected jobs to another state; see [store.Admin].
func (s *Store) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	if _, ok := moves[req.To]; !ok {
		return 0, fmt.Errorf("move to %q: no such way: %w", req.To, store.ErrInvalid)
	}
	if req.Filter.Empty() {
		return 0, nil
	}
	m := moving{store: s, req: &req}
	if err := m.run(ctx); err != nil {
		return m.moved, fmt.Errorf("move to %s: %w", req.To, err)
	}
	return m.moved, nil
}

// moving is one Move under way.
type moving struct {
	store *Store
	req   *store.MoveRequest
	now   time.Time
	moved int
}

func (m *moving) run(ctx context.Context) (err error) {
	if m.now, err = m.store.now(ctx); err != nil {
		return err
	}
	places, err := m.store.places(ctx, &m.req.Filter)
	if err != nil {
		return err
	}
	for i := range places {
		if m.mayLeave(&places[i]) {
			if err := m.empty(ctx, &places[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayLeave says whether jobs of a place can go where they shall.
func (m *moving) mayLeave(p *place) bool {
	for _, state := range moves[m.req.To] {
		if p.state == state {
			return true
		}
	}
	return false
}

// empty moves the selected jobs of a place.
func (m *moving) empty(ctx context.Context, p *place) error {
	for at, done := (spot{Key: p.key}), false; !done; {
		jobs, next, last, err := m.store.page(ctx, p, at, moveAtOnce)
		if err != nil {
			return err
		}
		gone, err := m.move(ctx, p, jobs)
		if err != nil {
			return err
		}
		// What left does not lie in front of what comes next.
		for i := range jobs {
			if gone[i] && (p.queue != "" || jobs[i].score == next.Score) {
				next.Skip--
			}
		}
		at, done = next, last
	}
	return nil
}

// move moves the selected ones of some jobs and says which left their place.
func (m *moving) move(ctx context.Context, p *place, jobs []found) ([]bool, error) {
	gone := make([]bool, len(jobs))
	w := work{worker: p.worker}
	var of []int
	for i := range jobs {
		f := &jobs[i]
		if !f.selects(&m.req.Filter, m.now) || m.req.To == store.Ready && f.state(m.now) == store.Ready {
			continue
		}
		t, err := m.transition(f)
		if err != nil {
			return nil, err
		}
		w.transitions, of = append(w.transitions, t), append(of, i)
	}
	if len(of) == 0 {
		return gone, nil
	}
	a, err := m.store.apply(ctx, &w)
	if err != nil {
		return nil, err
	}
	for n, l := range a.letters {
		if l == applied {
			m.moved++
			gone[of[n]] = p.worker == ""
		}
	}
	return gone, nil
}

// transition is what happens to one job.
func (m *moving) transition(f *found) (transition, error) {
	e := ending{store: m.store, held: f.h, own: *f.h.own, queue: queueName(f), outcome: &store.Outcome{}}
	id := f.h.id
	e.t = transition{guard: "member", key: f.place.key, what: f.text, id: id, iteration: iterationKey(id)}
	switch {
	case f.place.worker != "":
		return m.mark(f, &e), nil
	case f.place.queue != "":
		e.t.guard = "item"
	}
	if f.err != nil && m.req.To != store.Deleted {
		return transition{guard: "none"}, nil // a text that is no job can only be forgotten
	}
	if m.req.Why != "" && m.req.To != store.Deleted {
		e.own.Journal = true
		e.t.commands = e.store.noteLine(id, runLine("", nowMark, m.req.Why))
	}
	err := m.way(&e, f)
	return e.t, err
}

// way makes what the way to a state takes. It writes to e.t, which the caller has.
func (m *moving) way(e *ending, f *found) error {
	return map[store.State]func(*ending, *found) error{
		store.Ready: m.toReady, store.Dead: m.toDead, store.Cancelled: m.toCancelled, store.Deleted: m.toNothing,
	}[m.req.To](e, f)
}

func (m *moving) toReady(e *ending, f *found) error {
	if !f.place.becomesReady() {
		e.own.Deaths, e.own.State = 0, ""
		e.change("retry_count", "")
		e.change(whyField, "")
		e.change(endedField, "")
		if e.own.Unique != "" {
			e.t.unique = e.store.keys.unique(e.own.Unique)
		}
	}
	if err := e.ready("LPUSH"); err != nil {
		return err
	}
	e.t.cancels = ""
	return nil
}

func (m *moving) toDead(e *ending, _ *found) error {
	e.free()
	e.change(whyField, wire.Quote(store.Clean(m.req.Why, store.MaxMessage)))
	text, err := e.payload()
	e.t.may(deadKey, "zset")
	e.store.addDead(&e.t.commands, text)
	return err
}

func (m *moving) toCancelled(e *ending, _ *found) error {
	e.free()
	return e.cancelled(m.req.Why)
}

func (m *moving) toNothing(e *ending, f *found) error {
	e.free()
	id := f.h.id
	e.t.commands.add("UNLINK", iterationKey(id), e.store.keys.journal(id))
	return nil
}

// mark notes on a running job that it is to be cancelled, as Sidekiq's cancel! does.
func (m *moving) mark(f *found, e *ending) transition {
	t, it := transition{guard: "held", what: f.token, id: e.t.id}, e.t.iteration
	t.may(it, "hash")
	t.commands.add("MARK", it, strconv.FormatInt(m.now.Unix(), 10))
	t.commands.add("HSET", it, "why", wire.Quote(store.Clean(m.req.Why, store.MaxMessage)))
	return t
}
