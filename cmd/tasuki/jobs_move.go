package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// selected are the jobs that one of jobs retry, cancel and delete is for.
type selected struct {
	IDs []string `arg:"" optional:"" name:"id" help:"The jobs' ids, as enqueue and jobs list print them." complete:"jobs"`
	jobFilter
	All bool `help:"All jobs of the store."`
	bulk
}

// filter is what was selected; nothing at all is refused.
func (s *selected) filter(v *moveVerb) (store.Filter, error) {
	f, err := s.of(s.IDs, "an id")
	if err != nil {
		return f, err
	}
	if !f.Empty() && s.All {
		return f, wrong("reading the command line", "leave one of them out", "--all stands beside ids or a filter")
	}
	if f.All = s.All; f.Empty() {
		return f, wrong("reading the command line", "name jobs by their ids, or all of some kind by --state, --queue, --kind, --tag; --all means every job of the store",
			"nothing says which jobs to %s", v.name)
	}
	return f, nil
}

// A moveVerb is one way in which a person moves jobs.
type moveVerb struct {
	name, past string
	to         store.State
	from       []store.State          // what it moves
	fine       []store.State          // what is as asked for already
	left       map[store.State]string // what it leaves alone, and why
	told       bool                   // running jobs hear it from their worker
	why        string
}

// move does v to the jobs that s selects.
func (c *caller) move(s *selected, v *moveVerb) error {
	defer c.heed()()
	f, err := s.filter(v)
	if err != nil {
		return err
	}
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	m := mover{caller: c, verb: v, filter: f}
	return m.run(st, s.bulk)
}

// A mover is one such command under way.
type mover struct {
	*caller
	verb   *moveVerb
	filter store.Filter
	what   string // what is moved, in words; empty: the jobs that match
	before *census
}

func (m *mover) run(st store.Store, b bulk) (err error) {
	if m.before, err = takeCensus(m.ctx, st, m.filter); err != nil {
		return failed("counting the jobs to "+m.verb.name, err)
	}
	if err := m.noteUnknown(st); err != nil {
		return err
	}
	n := m.before.sum(m.reached()...)
	if b.DryRun {
		return m.printPlan(st, n)
	}
	if n > 0 && len(m.filter.IDs) == 0 {
		if err := m.sure(b, m.question(n)); err != nil {
			return err
		}
	}
	moved := 0
	if n > 0 {
		moved, err = st.Move(m.ctx, store.MoveRequest{Filter: m.narrow(), To: m.verb.to, Why: m.verb.why})
	}
	if err != nil {
		return failed(fmt.Sprintf("moving jobs (%s were %s before that)", jobs(moved), m.verb.past), err)
	}
	return m.printMoved(moved)
}

// noteUnknown says which of the queues in the filter are none: their names may be
// mistyped.
func (m *mover) noteUnknown(st store.Inspector) error {
	if len(m.filter.Queues) == 0 {
		return nil
	}
	stats, err := st.Stats(m.ctx)
	if err != nil {
		return failed("looking for the queues", err)
	}
	_, unknown, err := (&namedQueues{Names: m.filter.Queues}).find(&stats)
	if len(unknown) > 0 {
		m.note("hint: there is no queue %s; `tasuki queues list` shows those that have jobs", plain(strings.Join(unknown, ", ")))
	}
	return err
}

// reached are the states that the verb does something to.
func (m *mover) reached() []store.State {
	if m.verb.told {
		return append(slices.Clone(m.verb.from), store.Running)
	}
	return m.verb.from
}

// narrow is the filter without the states that the verb leaves alone, by its own
// rule or the store's. It is for a filter that selects something else too.
func (m *mover) narrow() store.Filter {
	f, reached := m.filter, m.reached()
	f.All = false
	f.States = slices.DeleteFunc(slices.Clone(states), func(s store.State) bool {
		return !slices.Contains(reached, s) || len(m.filter.States) > 0 && !slices.Contains(m.filter.States, s)
	})
	return f
}

func (m *mover) question(n int) string {
	text := fmt.Sprintf("%s %s", m.verb.name, jobs(n))
	if m.what != "" {
		text += " " + m.what
	}
	return text + " (" + m.breakdown(m.reached()) + ")?"
}

// breakdown is "3 ready, 2 retry".
func (m *mover) breakdown(in []store.State) string {
	var parts []string
	for _, state := range states {
		if n := m.before.counts[state]; n > 0 && slices.Contains(in, state) {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}

// jobs is "1 job", "2 jobs".
func jobs(n int) string { return count(n, "job") }
