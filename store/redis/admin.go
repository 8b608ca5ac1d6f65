package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

var signalScript = load("signal")

// Pause stops or lets go claims from queues; see [store.Admin].
func (s *Store) Pause(ctx context.Context, queues []string, on bool) error {
	if len(queues) == 0 {
		return nil
	}
	cmd := s.client.B().Srem().Key(pausedKey).Member(queues...).Build()
	if on {
		cmd = s.client.B().Sadd().Key(pausedKey).Member(queues...).Build()
	}
	if err := s.client.Do(ctx, cmd).Error(); err != nil {
		return fmt.Errorf("pause: %w", explained(err))
	}
	return nil
}

// Signal gives workers an order; see [store.Admin]. Sidekiq's own processes take quiet, stop
// and dump.
func (s *Store) Signal(ctx context.Context, workers []string, what store.OrderKind) (int, error) {
	workers = slices.Compact(slices.Sorted(slices.Values(workers)))
	if len(workers) == 0 {
		return 0, nil
	}
	args := []string{string(what), s.keys.orderSeq()}
	for _, w := range workers {
		args = append(args, w, s.keys.worker(w), s.keys.orders(w), signalsKey(w))
	}
	msg, err := s.run(ctx, signalScript, []string{processesKey}, args)
	if err != nil {
		return 0, fmt.Errorf("signal: %w", err)
	}
	n, err := msg.AsInt64()
	return int(n), err
}

// Workers answers the known workers; see [store.Inspector]. Foreign ones are Sidekiq's own
// processes, as they show themselves to its Web.
func (s *Store) Workers(ctx context.Context, req store.WorkersRequest) ([]store.Worker, error) {
	from := "-"
	if req.After != "" {
		from = "(" + req.After
	}
	limit := int64(-1)
	if req.Limit > 0 {
		limit = int64(req.Limit)
	}
	names, err := s.client.Do(ctx, s.client.B().Zrangebylex().Key(s.keys.workers()).Min(from).Max("+").Limit(0, limit).Build()).AsStrSlice()
	if err != nil {
		return nil, fmt.Errorf("workers: %w", explained(err))
	}
	var workers []store.Worker
	for part := range slices.Chunk(names, 1000) {
		some, err := s.describe(ctx, part)
		if err != nil {
			return nil, fmt.Errorf("workers: %w", err)
		}
		workers = append(workers, some...)
	}
	if req.Foreign {
		return s.withOthers(ctx, workers, &req)
	}
	return workers, nil
}

// withOthers adds Sidekiq's own processes to a page of workers.
func (s *Store) withOthers(ctx context.Context, workers []store.Worker, req *store.WorkersRequest) ([]store.Worker, error) {
	others, err := s.others(ctx)
	if err != nil {
		return nil, fmt.Errorf("workers: %w", err)
	}
	for _, w := range others {
		if w.Name > req.After {
			workers = append(workers, w)
		}
	}
	slices.SortFunc(workers, func(a, b store.Worker) int { return strings.Compare(a.Name, b.Name) })
	if req.Limit > 0 && len(workers) > req.Limit {
		workers = workers[:req.Limit]
	}
	return workers, nil
}

// describe reads what workers said of themselves.
func (s *Store) describe(ctx context.Context, names []string) ([]store.Worker, error) {
	commands := make(rueidis.Commands, len(names))
	for i, name := range names {
		commands[i] = s.client.B().Hmget().Key(s.keys.worker(name)).Field("info", "beaten", "started").Build()
	}
	var workers []store.Worker
	for _, r := range s.client.DoMulti(ctx, commands...) {
		v, err := r.ToArray()
		if err != nil {
			return nil, explained(err)
		}
		info, _ := v[0].ToString() // none: it was forgotten just now
		var w store.Worker
		if json.Unmarshal([]byte(info), &w) != nil {
			continue
		}
		beaten, _ := v[1].AsInt64()
		started, _ := v[2].AsInt64()
		w.BeatAt, w.StartedAt = moment(beaten), moment(started)
		workers = append(workers, w)
	}
	return workers, nil
}
