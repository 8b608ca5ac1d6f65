package memory

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// A worker is what the store knows of one.
type worker struct {
	store.Worker
	held map[string]*job // what it runs, by id

	batch   uint64         // the last batch of outcomes applied
	results []store.Result // and its answer

	orders []store.Order // not confirmed yet
}

// Beat says that a worker lives; see [store.Consumer].
func (s *Store) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	if err := s.enter(ctx, "beat"); err != nil {
		return store.BeatReply{}, err
	}
	defer s.mu.Unlock()
	w := s.workers[req.Worker.Name]
	if w == nil {
		w = &worker{held: map[string]*job{}}
		w.StartedAt = s.now()
		s.workers[req.Worker.Name] = w
	} else if req.Worker.Beat <= w.Beat {
		return store.BeatReply{Stale: true}, nil
	}
	last := w.Beat
	s.describe(w, req.Worker)
	reply := s.judge(w, req.Claims)
	reply.Returned = s.returnUnnamed(w, req.Claims, last)
	w.orders = slices.DeleteFunc(w.orders, func(o store.Order) bool { return o.N <= req.OrdersSeen })
	reply.Orders = slices.Clone(w.orders)
	return reply, nil
}

// describe stores what a worker says of itself.
func (s *Store) describe(w *worker, said store.Worker) {
	said.StartedAt, said.BeatAt = w.StartedAt, s.now()
	w.Worker = copyWorker(said)
}

func copyWorker(w store.Worker) store.Worker {
	w.Queues, w.Kinds, w.Stuck = slices.Clone(w.Queues), slices.Clone(w.Kinds), slices.Clone(w.Stuck)
	w.Weights = slices.Clone(w.Weights)
	return w
}

// judge tells which of the named claims are lost and which shall be cancelled.
func (s *Store) judge(w *worker, named []store.Claim) store.BeatReply {
	var reply store.BeatReply
	for _, c := range named {
		switch j := w.held[c.ID]; {
		case j == nil || j.Token != c.Token:
			reply.Lost = append(reply.Lost, c)
		case j.Cancelling:
			reply.Cancelled = append(reply.Cancelled, c)
		}
	}
	return reply
}

// returnUnnamed puts back the claims that nobody names and that were made
// before the beat of number last: their replies were lost.
func (s *Store) returnUnnamed(w *worker, named []store.Claim, last uint64) int {
	holds := make(map[store.Claim]bool, len(named))
	for _, c := range named {
		holds[c] = true
	}
	returned := 0
	for _, j := range w.held {
		if j.claimBeat >= last || holds[store.Claim{ID: j.ID, Token: j.Token}] {
			continue
		}
		s.lift(j)
		j.State = store.Ready
		s.unclaim(j)
		s.put(j)
		returned++
	}
	if returned > 0 {
		s.ears.wake()
	}
	return returned
}
