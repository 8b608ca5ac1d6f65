package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// promote brings jobs that became due to their queues, whoever is to run them, as
// Sidekiq's own pollers do: each leaves its set and enters its queue in one step. What is
// no job goes to the dead.
func (s *Store) promote(ctx context.Context, due []dueJob) error {
	w := work{}
	for _, d := range due {
		j, err := readJob(d.payload)
		h := &holding{job: j, queue: j.queue()}
		t := transition{guard: "member", key: d.set, what: d.payload, id: j.id}
		if err != nil {
			t.may(deadKey, "zset")
			s.addDead(&t.commands, h.buried(err))
		} else {
			s.enter(&t, h, "LPUSH")
		}
		w.transitions = append(w.transitions, t)
	}
	a, err := s.apply(ctx, &w)
	if err == nil {
		err = s.postpone(ctx, &w, due, a)
	}
	if err != nil {
		return fmt.Errorf("jobs that became due: %w", err)
	}
	return nil
}

// dueEvery is how far apart looks at what became due are, at most about, where a worker is
// that is not quiet.
const dueEvery = 5 * time.Second

// share brings what became due where nobody claims, since all slots are taken: Sidekiq's
// own processes look the more rarely the more processes there are, and count each worker
// as one of them. What fails comes with a later beat.
func (s *Store) share(ctx context.Context, w *store.Worker) {
	if w.State != store.Working || time.Since(s.began)-time.Duration(s.dueSeen.Load()) < dueEvery {
		return
	}
	ctx, cancel := half(ctx)
	defer cancel()
	token := store.NewToken()
	c := claiming{store: s, req: &store.ClaimRequest{Worker: w.Name, Token: token}, token: token, wait: -1}
	_ = c.run(ctx)
}

// half is a context that has half of the time that is left.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)/2)
}

// postponed is for how long a job is left alone that became due and has no place to go to.
const postponed = 5 * time.Second

// postpone lets jobs wait that cannot go where they should: there is something else. The
// others, of which each look brings only some, do not wait behind them.
func (s *Store) postpone(ctx context.Context, w *work, due []dueJob, a *answer) error {
	var later work
	var places []typed
	for i, l := range a.letters {
		if l != refused && l != stuck {
			continue
		}
		tried := &w.transitions[i]
		places = append(places, checked(tried)...)
		t := transition{guard: "member", key: due[i].set, what: due[i].payload, id: tried.id}
		t.commands.add("ZADD", due[i].set, dueIn(postponed), itself+due[i].payload)
		later.transitions = append(later.transitions, t)
	}
	if len(later.transitions) == 0 {
		return nil
	}
	s.misfit(ctx, places)
	_, err := s.apply(ctx, &later)
	return err
}

// enter lets a job, as it is, enter its queue.
func (s *Store) enter(t *transition, h *holding, push string) {
	queue := h.queue
	if queue == "" {
		queue = store.DefaultQueue
	}
	t.may(queueKey(queue), "list")
	t.commands.add("SADD", queuesKey, literal(queue))
	t.commands.add(push, literal(queueKey(queue)), h.With(wire.Change{Name: "enqueued_at", Raw: nowMark}))
}
