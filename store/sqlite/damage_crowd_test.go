package sqlite

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A crowd fills a store with a good job in each state, and in some states bad ones, one
// for each flaw.
type crowd struct {
	t    *testing.T
	s    *Store
	bad  string         // in which states
	n    int            // how many in each
	held []store.Record // what w holds and will settle
}

// names are those of the jobs in a state.
func (c *crowd) names(state string) []string {
	names := []string{"good-" + state}
	if slices.Contains(strings.Fields(c.bad), state) {
		for i := range c.n {
			names = append(names, fmt.Sprintf("bad-%d-%s", i, state))
		}
	}
	return names
}

func (c *crowd) add(name string, change func(*store.Job)) {
	c.t.Helper()
	args := json.RawMessage(`"` + strings.Repeat("x", longArgs) + `"`)
	var jobs []store.Job
	for _, name := range c.names(name) {
		j := store.Job{ID: name, Kind: "k", Unique: "key of " + name, Tags: []string{"tag"}, Args: args}
		change(&j)
		jobs = append(jobs, j)
	}
	if _, err := c.s.Enqueue(c.t.Context(), jobs); err != nil {
		c.t.Fatal(err)
	}
}

// claimed adds jobs and has a worker claim them.
func (c *crowd) claimed(name, worker string) []store.Record {
	c.t.Helper()
	c.add(name, func(j *store.Job) { j.Keep = time.Hour })
	req := request(worker, 100)
	req.Suspects = 0
	r, err := c.s.Claim(c.t.Context(), req)
	if err != nil || len(r.Jobs) != len(c.names(name)) {
		c.t.Fatal(len(r.Jobs), err)
	}
	return r.Jobs
}

func (c *crowd) settled(batch uint64, jobs []store.Record, verb store.Verb) {
	c.t.Helper()
	all := outcomes(jobs, verb)
	for i := range all {
		o := &all[i]
		o.Delay, o.Result, o.Cursor, o.Progress = time.Minute, json.RawMessage("1"), json.RawMessage("7"), &store.Progress{Done: 1}
	}
	if _, err := c.s.Settle(c.t.Context(), store.SettleRequest{Worker: "w", Batch: batch, Outcomes: all}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) fill() {
	c.t.Helper()
	for _, name := range []string{"w", "v", "dying"} {
		beat(c.t, c.s, name, 1)
	}
	for i, verb := range []store.Verb{store.Finish, store.Bury, store.Cancel, store.Fail} {
		c.settled(uint64(i+1), c.claimed(string(verb), "w"), verb)
	}
	for i := range c.n + 1 { // a row in tasuki_gone each
		add(c.t, c.s, 1)
		c.settled(uint64(i+5), claim(c.t, c.s, "w", 1), store.Finish)
	}
	c.claimed("suspect", "dying")
	if _, err := c.s.Release(c.t.Context(), store.ReleaseRequest{Worker: "dying", Beat: 1, MaxDeaths: 3}); err != nil {
		c.t.Fatal(err)
	}
	c.held = c.claimed("settled", "w")
	c.claimed("returned", "w")
	c.claimed("released", "v")
	c.add("ready", func(*store.Job) {})
	c.add("scheduled", func(j *store.Job) { j.Delay = time.Minute })
	for i := range c.n {
		kind := fmt.Sprintf("lost-%d", i)
		if _, err := c.s.Enqueue(c.t.Context(), []store.Job{{ID: kind, Kind: kind}}); err != nil {
			c.t.Fatal(err)
		}
	}
}
