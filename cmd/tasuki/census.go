package main

import (
	"context"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// A census counts the jobs that a filter selects, before they are changed.
type census struct {
	counts map[store.State]int
	ids    map[store.State][]string // the first few of each state, if they were looked at one by one
	absent []string                 // ids that were asked for and are not there
}

// censusKeeps is how many jobs are named or listed.
const censusKeeps = 10

// takeCensus counts. What the store counts by itself is not counted again.
func takeCensus(ctx context.Context, st store.Inspector, f store.Filter) (*census, error) {
	c := &census{counts: map[store.State]int{}, ids: map[store.State][]string{}}
	if len(f.IDs) == 0 && len(f.Kinds) == 0 && len(f.Tags) == 0 && f.Worker == "" {
		if counted, err := c.byStats(ctx, st, f); counted || err != nil {
			return c, err
		}
	}
	return c, c.byList(ctx, st, f)
}

// byList counts one by one.
func (c *census) byList(ctx context.Context, st store.Inspector, f store.Filter) error {
	absent := map[string]bool{}
	for _, id := range f.IDs {
		absent[id] = true
	}
	req := store.ListRequest{Filter: f, Limit: 1000}
	for {
		page, err := st.List(ctx, req)
		if err != nil {
			return err
		}
		for i := range page.Jobs {
			delete(absent, page.Jobs[i].ID)
			state := page.Jobs[i].State
			if c.counts[state]++; c.counts[state] <= censusKeeps {
				c.ids[state] = append(c.ids[state], page.Jobs[i].ID)
			}
		}
		if req.After = page.Next; req.After == "" {
			break
		}
	}
	for id := range absent {
		c.absent = append(c.absent, id)
	}
	slices.Sort(c.absent)
	return nil
}

// byStats counts whole queues and states, of which there may be millions. It does not
// where the store did not tell apart the queues that are asked for.
func (c *census) byStats(ctx context.Context, st store.Inspector, f store.Filter) (bool, error) {
	stats, err := st.Stats(ctx)
	if err != nil {
		return false, err
	}
	untold := func(q store.QueueStats) bool { return q.Name == "" }
	if len(f.Queues) > 0 && slices.ContainsFunc(stats.Queues, untold) {
		return false, nil
	}
	for _, q := range stats.Queues {
		if len(f.Queues) > 0 && !slices.Contains(f.Queues, q.Name) {
			continue
		}
		for state, n := range q.Counts {
			if len(f.States) == 0 || slices.Contains(f.States, state) {
				c.counts[state] += n
			}
		}
	}
	return true, nil
}

// sum counts the jobs in these states, all without any.
func (c *census) sum(in ...store.State) (n int) {
	for state, m := range c.counts {
		if len(in) == 0 || slices.Contains(in, state) {
			n += m
		}
	}
	return n
}
