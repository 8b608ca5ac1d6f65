package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

var togetherPromises = []promise{
	{"many claimers take each job once and lose none", nil, func(s *stage) {
		s.crowd(func(int) store.Store { return s.Store })
	}},
	{"many claimers on handles of their own take each job once and lose none", canReopen, func(s *stage) {
		handles := []store.Store{s.Store, s.sub.Reopen(s.T), s.sub.Reopen(s.T)}
		s.crowd(func(i int) store.Store { return handles[i%len(handles)] })
	}},
	{"workers that are released while they work finish each job once", nil, func(s *stage) { s.stormOn() }},
	{"of many who release a worker each job is taken back by one", nil, func(s *stage) {
		s.addMany(5)
		s.claim("w", 5)
		var mu sync.Mutex
		var wg sync.WaitGroup
		taken := 0
		for range 8 {
			wg.Go(func() {
				for left := 1; left > 0; {
					r, err := s.Release(s.Context(), store.ReleaseRequest{Worker: "w", Beat: s.beats["w"], MaxDeaths: 9})
					mu.Lock()
					if left = r.Left; err != nil {
						s.Error(err)
					}
					taken += len(r.Jobs)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if taken != 5 {
			s.Fatalf("%d jobs were taken back, want 5", taken)
		}
		s.workerNames(store.WorkersRequest{})
		for _, r := range s.all(store.Filter{}) {
			s.counts(r, 0, 0, 1, 1)
		}
	}},
	{"one of many who fire a tick enqueues it", hasTick, func(s *stage) {
		s.onlyOneAdds(func(i int) store.Job { return tick(fmt.Sprintf("tick-%d", i), "hourly", 100) })
	}},
	{"one of many who want a key gets it", hasUnique, func(s *stage) {
		s.onlyOneAdds(func(i int) store.Job { return keyed(fmt.Sprintf("keyed-%d", i), "key") })
	}},
	{"one of many who enqueue an id adds it", nil, func(s *stage) {
		s.onlyOneAdds(func(int) store.Job { return job("a") })
	}},
}

// onlyOneAdds enqueues from many goroutines and asserts that one job came in.
func (s *stage) onlyOneAdds(make func(i int) store.Job) {
	s.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	added := 0
	for i := range 8 {
		wg.Go(func() {
			got, err := s.Enqueue(s.Context(), []store.Job{make(i)})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				s.Error(err)
			} else if got[0].What == store.Added {
				added++
			}
		})
	}
	wg.Wait()
	if n := len(s.all(store.Filter{})); added != 1 || n != 1 {
		s.Fatalf("%d were told that they added it, %d jobs are there", added, n)
	}
}

// crowd has eight workers drain one queue; some of what they claim they hand
// over, return or fail first. Every job must end once.
func (s *stage) crowd(handle func(i int) store.Store) {
	const jobs, workers = 400, 8
	s.addMany(jobs)
	c := crowd{left: jobs, runs: map[string]int{}, held: map[string]string{}}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { c.work(s.T, handle(i), fmt.Sprintf("w%d", i)) })
	}
	wg.Wait()
	if s.Failed() {
		return
	}
	if len(c.runs) != jobs {
		s.Fatalf("%d of %d jobs ended", len(c.runs), jobs)
	}
	for id, n := range c.runs {
		if n != 1 {
			s.Errorf("job %s ended %d times", id, n)
		}
	}
	s.unfinished()
	if got := s.stats(); got.Done != jobs {
		s.Fatalf("the store counts %d done", got.Done)
	}
}

// A crowd is what several workers did together.
type crowd struct {
	mu   sync.Mutex // owns all below
	left int
	runs map[string]int    // by id: how often it ended
	held map[string]string // by id: who has it now
}

// work claims and settles until all jobs have ended.
func (c *crowd) work(t *testing.T, st store.Store, name string) {
	if _, err := st.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: name, Beat: 1}}); err != nil {
		t.Error(err)
		return
	}
	for batch := uint64(1); c.more() && !t.Failed(); batch++ {
		got, err := st.Claim(t.Context(), store.ClaimRequest{
			Worker: name, Token: store.NewToken(), Max: 7, Suspects: 7, Kinds: []string{kind}, Queues: from(store.DefaultQueue),
		})
		if err == nil {
			err = c.settle(t, st, name, batch, got.Jobs)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

func (c *crowd) more() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left > 0
}

// settle ends what was claimed: of jobs in their first run some go back.
func (c *crowd) settle(t *testing.T, st store.Store, name string, batch uint64, got []store.Record) error {
	if len(got) == 0 {
		return nil
	}
	os := make([]store.Outcome, len(got))
	for i, r := range got {
		os[i] = bare(of(r), store.Finish)
		if r.Attempts+r.Interruptions == 0 {
			os[i].Verb = []store.Verb{store.Finish, store.HandOver, store.Fail}[(len(r.ID)+int(r.ID[0])+i)%3]
		}
	}
	if err := c.take(name, got); err != nil {
		return err
	}
	c.give(got, os) // before the store does: others may have them at once
	reply, err := st.Settle(t.Context(), store.SettleRequest{Worker: name, Batch: batch, Outcomes: os})
	if err != nil {
		return err
	}
	for i, r := range reply.Results {
		if r.What != store.Applied {
			return fmt.Errorf("%s of %s: %+v", os[i].Verb, os[i].ID, r)
		}
	}
	return nil
}

// take notes who has jobs now; somebody else may not have them too.
func (c *crowd) take(name string, got []store.Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var twice []error
	for _, r := range got {
		if other, ok := c.held[r.ID]; ok {
			twice = append(twice, fmt.Errorf("job %s is claimed by %s and %s", r.ID, other, name))
		}
		c.held[r.ID] = name
	}
	return errors.Join(twice...)
}

// give notes that jobs are given up, and which of them ended.
func (c *crowd) give(got []store.Record, os []store.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, r := range got {
		delete(c.held, r.ID)
		if os[i].Verb == store.Finish {
			c.runs[r.ID]++
			c.left--
		}
	}
}
