package redis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
)

// Enqueue puts jobs into the store; see [store.Producer].
func (s *Store) Enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	heads := make([]string, len(jobs))
	for i := range jobs {
		var err error
		if heads[i], err = s.admissible(&jobs[i]); err != nil {
			return nil, err
		}
	}
	return s.add(ctx, jobs, heads)
}

// add adds jobs whose payloads have these heads.
func (s *Store) add(ctx context.Context, jobs []store.Job, heads []string) ([]store.Enqueued, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	s.meet(ctx)
	plain := true
	for i := range jobs {
		plain = plain && isPlain(&jobs[i])
	}
	if plain && len(jobs) == 1 {
		became, err := s.enqueueOne(ctx, &jobs[0], heads[0])
		if err != nil {
			return nil, err
		}
		return []store.Enqueued{became}, nil
	}
	if plain && distinct(jobs) {
		if added, err := s.enqueuePlain(ctx, jobs, heads); added || err != nil {
			return allAdded(jobs), err
		}
	}
	return s.enqueueApart(ctx, jobs, heads)
}

// admissible is the head of a job's payload, if the store takes the job.
func (s *Store) admissible(j *store.Job) (string, error) {
	if err := j.Check(s.options.MaxPayload); err != nil {
		return "", err
	}
	if j.Priority != 0 {
		return "", fmt.Errorf("job %q: Priority: %w (hint: a queue for each level)", j.ID, store.ErrUnsupported)
	}
	return head(j)
}

// isPlain says whether nothing but its id could keep a job out of its queue.
func isPlain(j *store.Job) bool {
	return j.Unique == "" && j.Tick.Schedule == "" && j.Delay <= 0
}

func distinct(jobs []store.Job) bool {
	if len(jobs) == 1 {
		return true
	}
	seen := make(map[string]bool, len(jobs))
	for i := range jobs {
		seen[jobs[i].ID] = true
	}
	return len(seen) == len(jobs)
}

func allAdded(jobs []store.Job) []store.Enqueued {
	became := make([]store.Enqueued, len(jobs))
	for i := range jobs {
		became[i] = store.Enqueued{ID: jobs[i].ID, What: store.Added}
	}
	return became
}

// enqueueOne adds one job.
func (s *Store) enqueueOne(ctx context.Context, j *store.Job, head string) (store.Enqueued, error) {
	e := s.entry()
	reply, err := s.repeat(ctx, oneScript, nil, slices.Concat(e.words(), []string{j.ID, queueOf(j), head + e.tail}))
	if err != nil {
		return store.Enqueued{}, fmt.Errorf("enqueue: %w", err)
	}
	n, off, err := s.entered(e, &reply)
	switch {
	case err != nil:
		return store.Enqueued{}, fmt.Errorf("enqueue: %w", err)
	case off:
		became, err := s.enqueueApart(ctx, []store.Job{*j}, []string{head})
		if err != nil {
			return store.Enqueued{}, err
		}
		return became[0], nil
	case n == 0:
		return store.Enqueued{ID: j.ID, What: store.Known}, nil
	}
	return store.Enqueued{ID: j.ID, What: store.Added}, nil
}

// enqueuePlain adds all jobs. If one is known, or the clock has to be looked at, it adds
// none.
func (s *Store) enqueuePlain(ctx context.Context, jobs []store.Job, heads []string) (bool, error) {
	e := s.entry()
	args := append(make([]string, 0, 2*len(jobs)+8), e.words()...)
	args = append(args, strconv.Itoa(len(jobs)))
	for i := range jobs {
		args = append(args, jobs[i].ID)
	}
	for _, q := range queuesOf(jobs) {
		args = append(args, q, "")
		at := len(args)
		for i := range jobs {
			if queueOf(&jobs[i]) == q {
				args = append(args, heads[i]+e.tail)
			}
		}
		args[at-1] = strconv.Itoa(len(args) - at)
	}
	reply, err := s.repeat(ctx, plainScript, nil, args)
	if err != nil {
		return false, fmt.Errorf("enqueue: %w", err)
	}
	n, _, err := s.entered(e, &reply)
	return n == 1, err
}

// queuesOf are the jobs' queues, each once.
func queuesOf(jobs []store.Job) []string {
	var queues []string
	for i := range jobs {
		if q := queueOf(&jobs[i]); !slices.Contains(queues, q) {
			queues = append(queues, q)
		}
	}
	return queues
}

// enqueueApart lets jobs in one after the other.
func (s *Store) enqueueApart(ctx context.Context, jobs []store.Job, heads []string) ([]store.Enqueued, error) {
	args := s.clock()
	for i := range jobs {
		args = append(args, s.admission(&jobs[i], heads[i])...)
	}
	reply, err := s.repeat(ctx, enqueueScript, nil, args)
	if err != nil {
		return nil, fmt.Errorf("enqueue: %w", err)
	}
	words, err := reply.AsStrSlice()
	if err != nil {
		return nil, fmt.Errorf("enqueue: %w", err)
	}
	became := make([]store.Enqueued, len(jobs))
	for i := range jobs {
		became[i] = store.Enqueued{ID: jobs[i].ID, What: store.EnqueuedWhat(words[2*i])}
		if words[2*i+1] != "" {
			became[i].ID = words[2*i+1]
		}
	}
	return became, nil
}

// admission is a job as the script admit takes it.
func (s *Store) admission(j *store.Job, head string) []string {
	return []string{j.ID, queueOf(j), j.Unique, s.uniqueFor(j), j.Tick.Schedule, ordered(j.Tick.N),
		strconv.FormatInt(max(0, j.Delay.Microseconds()), 10), head}
}

// uniqueFor is how long a job's unique key is kept, in ms.
func (s *Store) uniqueFor(j *store.Job) string {
	return strconv.FormatInt((s.options.UniqueFor + max(0, j.Delay)).Milliseconds(), 10)
}

// ordered are 16 digits that order as numbers do.
func ordered(n int64) string { return hex(uint64(n) ^ (1 << 63)) }

// hex are 16 digits.
func hex(n uint64) string { return store.Token(n).String() }

// unordered is the number behind what ordered made.
func unordered(text string) int64 {
	n, err := strconv.ParseUint(text, 16, 64)
	if err != nil {
		return math.MinInt64
	}
	return int64(n ^ (1 << 63))
}
