package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// List answers one page of jobs; see [store.Inspector].
func (s *Store) List(ctx context.Context, req store.ListRequest) (store.Page, error) {
	after, err := parseNext(req.After)
	if err != nil {
		return store.Page{}, err
	}
	if err := s.enter(ctx, "list"); err != nil {
		return store.Page{}, err
	}
	defer s.mu.Unlock()
	s.promoteAll()
	limit := min(req.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	var page store.Page
	var last uint64
	for _, j := range slices.Backward(s.candidates(&req.Filter)) {
		if j.gone || after > 0 && j.seq >= after || !selects(&req.Filter, j) {
			continue
		}
		if len(page.Jobs) == limit {
			page.Next = strconv.FormatUint(last, 10)
			break
		}
		page.Jobs = append(page.Jobs, j.record())
		last = j.seq
	}
	return page, nil
}

func parseNext(next string) (uint64, error) {
	if next == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(next, 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("list: After is no page's Next: %w", store.ErrInvalid)
	}
	return n, nil
}

// candidates are the jobs among which a filter can select, as enqueued: all, or
// those of its ids.
func (s *Store) candidates(f *store.Filter) []*job {
	if len(f.IDs) == 0 {
		return s.roll.jobs
	}
	var jobs []*job
	for _, id := range f.IDs {
		if j := s.jobs[id]; j != nil {
			jobs = append(jobs, j)
		}
	}
	slices.SortFunc(jobs, bySeq)
	return slices.Compact(jobs)
}

// selects says whether a filter selects the job, its IDs aside.
func selects(f *store.Filter, j *job) bool {
	hasTag := func(tag string) bool { return slices.Contains(j.Tags, tag) }
	return (len(f.States) == 0 || slices.Contains(f.States, j.State)) &&
		(len(f.Queues) == 0 || slices.Contains(f.Queues, j.Queue)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, j.Kind)) &&
		(len(f.Tags) == 0 || slices.ContainsFunc(f.Tags, hasTag)) &&
		(f.Worker == "" || j.Worker == f.Worker)
}

// Stats counts jobs; see [store.Inspector].
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	if err := s.enter(ctx, "stats"); err != nil {
		return store.Stats{}, err
	}
	defer s.mu.Unlock()
	s.promoteAll()
	queues := map[string]*store.QueueStats{}
	of := func(name string) *store.QueueStats {
		if queues[name] == nil {
			queues[name] = &store.QueueStats{Name: name, Paused: s.paused[name], Counts: map[store.State]int{}}
		}
		return queues[name]
	}
	for name := range s.paused {
		of(name)
	}
	now := s.now()
	for _, j := range s.jobs {
		q := of(j.Queue)
		q.Counts[j.State]++
		if j.State == store.Ready {
			q.Latency = max(q.Latency, now.Sub(j.DueAt))
		}
	}
	stats := store.Stats{Done: s.done, Failed: s.failed}
	for _, name := range slices.Sorted(maps.Keys(queues)) {
		stats.Queues = append(stats.Queues, *queues[name])
	}
	return stats, nil
}

// Workers answers the known workers; see [store.Inspector].
func (s *Store) Workers(ctx context.Context, req store.WorkersRequest) ([]store.Worker, error) {
	if err := s.enter(ctx, "workers"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var workers []store.Worker
	for _, w := range s.workers {
		if req.After == "" || w.Name > req.After {
			workers = append(workers, copyWorker(w.Worker))
		}
	}
	slices.SortFunc(workers, func(a, b store.Worker) int { return strings.Compare(a.Name, b.Name) })
	if req.Limit > 0 && len(workers) > req.Limit {
		workers = workers[:req.Limit]
	}
	return workers, nil
}
