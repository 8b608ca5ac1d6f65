package redis

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// sort keeps what the worker can run of what was taken, puts strangers back and what is
// no job aside. It says whether there is room again.
func (c *claiming) sort(ctx context.Context, s *sight) (again bool, err error) {
	var undo []transition
	c.jobs = slices.Grow(c.jobs, len(s.taken))
	for i := range s.taken {
		t := &s.taken[i]
		j, err := readJob(t.payload)
		c.left--
		h := &holding{job: j, claimed: moment(s.now), suspect: t.suspect, queue: t.queue.Name, seen: time.Now()}
		h.clear()
		switch {
		case err != nil:
			undo = append(undo, c.store.burial(t.token, h, err))
		case !c.knows(j):
			undo = append(undo, c.store.putBack(t.token, h))
			t.queue.mixed = true
			c.store.mixed.note(t.queue.Name, true)
		default:
			it, ok := s.cursors[i]
			if ok && it.jid != j.id { // the pattern found another text
				ok = false
			}
			if !ok || it.cancelled == "" {
				c.keep(t.token, h, it, ok)
				continue
			}
			if tr, err := c.store.callOff(c.req.Worker, t.token, h); err != nil {
				return false, err
			} else {
				undo = append(undo, tr)
			}
		}
		c.left++
		if t.suspect {
			c.suspects++
		}
		again = true
	}
	// The last was nearest to the end of its list; it goes back first.
	slices.Reverse(undo)
	return again, c.store.undo(ctx, c.req.Worker, undo)
}

// knows says whether the worker may run a job.
func (c *claiming) knows(j *job) bool {
	return j.format() <= store.Format && slices.Contains(c.req.Kinds, j.kind)
}

// keep answers a job.
func (c *claiming) keep(token store.Token, h *holding, it iteration, state bool) {
	if h.suspect {
		c.suspects--
	}
	h.state = state
	c.store.held.add(c.req.Worker, token, h)
	c.jobs = append(c.jobs, store.Record{})
	r := &c.jobs[len(c.jobs)-1]
	h.record(r)
	r.State, r.Worker, r.Token, r.ClaimedAt, r.Queue = store.Running, c.req.Worker, token, h.claimed, h.queue
	r.Tick, r.Why = store.Tick{}, ""
	if state {
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
