package main

import "strings"

// queuesPauseCmd pauses queues.
type queuesPauseCmd struct{ namedQueues }

// Help is shown below the flags' list.
func (*queuesPauseCmd) Help() string {
	return `Nothing is claimed from a paused queue, by no worker, until it is resumed. What
runs runs on, and jobs may still be enqueued. A queue may be paused before it has
jobs.

    tasuki queues pause mail import`
}

// Run pauses them.
func (p *queuesPauseCmd) Run(c *caller) error { return c.pause(&p.namedQueues, true) }

// queuesResumeCmd lets queues go on.
type queuesResumeCmd struct{ namedQueues }

// Help is shown below the flags' list.
func (*queuesResumeCmd) Help() string {
	return `Workers claim from the queues again at once.

    tasuki queues resume mail
    tasuki queues resume --all`
}

// Run resumes them.
func (r *queuesResumeCmd) Run(c *caller) error { return c.pause(&r.namedQueues, false) }

func (c *caller) pause(which *namedQueues, on bool) error {
	if err := which.check(); err != nil {
		return err
	}
	doing, past := "resuming queues", "resumed"
	if on {
		doing, past = "pausing queues", "paused"
	}
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	stats, err := st.Stats(c.ctx)
	if err != nil {
		return failed(doing, err)
	}
	names, unknown, err := which.find(&stats)
	if err != nil {
		return err
	}
	if err := st.Pause(c.ctx, names, on); err != nil {
		return failed(doing, err)
	}
	for _, name := range unknown {
		c.note("note: queue %s has no jobs", plain(name))
	}
	if c.json {
		return c.printJSON(pausedJSON{Queues: append([]string{}, names...), Paused: on})
	}
	if len(names) == 0 {
		c.note("no queues")
		return nil
	}
	return c.printf("%s %s\n", past, plain(strings.Join(names, ", ")))
}

// A pausedJSON is what --json prints of a pause.
type pausedJSON struct {
	Queues []string `json:"queues"`
	Paused bool     `json:"paused"`
}
