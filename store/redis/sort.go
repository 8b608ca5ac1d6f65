package redis

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// sort keeps what the worker can run of what was taken, puts strangers back and what is
// no job aside. It says whether there is room again.
func (c *claiming) sort(ctx context.Context, s *sight) (again bool, err error) {
	all := make([]parsed, len(s.taken))
	for i := range s.taken {
		all[i].job, all[i].err = readJob(s.taken[i].payload)
	}
	if err := c.store.follow(ctx, s, all); err != nil {
		return false, err
	}
	var undo []transition
	c.jobs = slices.Grow(c.jobs, len(s.taken))
	for i := range s.taken {
		t, it := &s.taken[i], s.cursors[i]
		h := &holding{job: all[i].job, claimed: moment(s.now), suspect: t.lane.suspects, queue: t.queue, seen: time.Now()}
		h.clear()
		if all[i].err == nil && c.knows(h.job) && it.cancelled == "" {
			c.keep(t.token, h, it)
			continue
		}
		tr, err := c.reject(t, h, all[i].err)
		if err != nil {
			return false, err
		}
		undo = append(undo, tr)
		again = true
	}
	// The last was nearest to the end of its list; it goes back first.
	slices.Reverse(undo)
	return again, c.store.undo(ctx, c.req.Worker, undo)
}

// parsed is what was read of a payload, or why it is no job.
type parsed struct {
	job *job
	err error
}

// follow looks for the iteration state of those jobs where the script, which looks for the
// first text that may be a jid, found another's or nobody's.
func (s *Store) follow(ctx context.Context, seen *sight, all []parsed) error {
	var astray []int
	var ids []string
	for i := range all {
		if all[i].err != nil {
			continue
		}
		if _, from, found := strings.Cut(seen.taken[i].payload, `"jid":"`); !found || !begins(from, all[i].job.id) {
			astray, ids = append(astray, i), append(ids, all[i].job.id)
			delete(seen.cursors, i)
		}
	}
	found, err := s.states(ctx, ids)
	for n, it := range found {
		seen.cursors[astray[n]] = it
	}
	return err
}

// begins says whether a text is a string that is not escaped, behind its opening quote.
func begins(text, with string) bool {
	rest, is := strings.CutPrefix(text, with)
	return is && with != "" && strings.HasPrefix(rest, `"`)
}

// reject is what is done about a job that was taken and is not to be run.
func (c *claiming) reject(t *taking, h *holding, bad error) (transition, error) {
	switch {
	case bad != nil:
		return c.store.burial(t.token, h, bad), nil
	case !c.knows(h.job):
		t.lane.mixed, t.lane.peeked = true, false
		c.store.mixed.note(t.lane.key, true)
		return c.store.putBack(t.token, h), nil
	}
	return c.store.callOff(c.req.Worker, t.token, h)
}

// knows says whether the worker may run a job.
func (c *claiming) knows(j *job) bool {
	return j.format() <= store.Format && slices.Contains(c.req.Kinds, j.kind)
}

// keep answers a job.
func (c *claiming) keep(token store.Token, h *holding, it iteration) {
	c.left--
	if h.suspect {
		c.suspects--
	}
	h.state = it.jid != ""
	c.store.held.add(c.req.Worker, token, h)
	c.jobs = append(c.jobs, store.Record{})
	r := &c.jobs[len(c.jobs)-1]
	h.record(r)
	r.State, r.Worker, r.Token, r.ClaimedAt, r.Queue = store.Running, c.req.Worker, token, h.claimed, h.queue
	r.Tick, r.Why = store.Tick{}, ""
	if h.state {
		_, r.Progress = it.read()
		r.Cursor = cursorFor(it.cursor)
	}
}

// has says whether there is a cursor.
func (it *iteration) has() bool { return cursorOf(it.cursor) != nil }

// read is where the job stands.
func (it *iteration) read() (json.RawMessage, store.Progress) {
	var p store.Progress
	if it.progress != "" {
		_ = json.Unmarshal([]byte(it.progress), &p) // what somebody else wrote there is none
	}
	return cursorOf(it.cursor), p
}
