package redis

import (
	"context"
	"fmt"

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
	if _, err := s.apply(ctx, &w); err != nil {
		return fmt.Errorf("jobs that became due: %w", err)
	}
	return nil
}

// enter lets a job, as it is, enter its queue.
func (s *Store) enter(t *transition, h *holding, push string) {
	queue := h.queue
	if queue == "" {
		queue = store.DefaultQueue
	}
	t.may(queuesKey, "set")
	t.may(queueKey(queue), "list")
	t.commands.add("SADD", queuesKey, queue)
	t.commands.add(push, queueKey(queue), h.With(wire.Change{Name: "enqueued_at", Raw: nowMark}))
}
