package main

import (
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

const ordersHelp = `A worker hears the order with its next beat, mostly within 3 seconds. Workers that
are named are told at once, --host, --tag and --all after a question, which --yes
answers. Processes of Ruby's Sidekiq are told only if they are named: quiet, stop
and dump, which they hear within 10 seconds and cannot take back.`

// workersQuietCmd makes workers quiet.
type workersQuietCmd struct{ chosenWorkers }

// Help is shown below the flags' list.
func (*workersQuietCmd) Help() string {
	return `A quiet worker claims no more. Jobs that iterate hand over at their next item,
others run to their end. workers resume takes it back.

    tasuki workers quiet web-1
    tasuki workers quiet --tag v41 --yes

` + ordersHelp
}

// Run tells them.
func (w *workersQuietCmd) Run(c *caller) error {
	return c.order(&w.chosenWorkers, store.OrderQuiet, "be quiet")
}

// workersResumeCmd lets quiet workers go on.
type workersResumeCmd struct{ chosenWorkers }

// Help is shown below the flags' list.
func (*workersResumeCmd) Help() string {
	return `A worker that stops already does not come back.

    tasuki workers resume --all

` + ordersHelp
}

// Run tells them.
func (w *workersResumeCmd) Run(c *caller) error {
	return c.order(&w.chosenWorkers, store.OrderResume, "resume")
}

// workersStopCmd stops workers.
type workersStopCmd struct{ chosenWorkers }

// Help is shown below the flags' list.
func (*workersStopCmd) Help() string {
	return `The worker stops as after SIGTERM: it hands over what it can, and its process
exits. Whatever started it may start it again.

    tasuki workers stop web-1:4711
    tasuki workers stop --host web-1

` + ordersHelp
}

// Run tells them.
func (w *workersStopCmd) Run(c *caller) error {
	return c.order(&w.chosenWorkers, store.OrderStop, "stop")
}

// workersDumpCmd makes workers write their goroutines.
type workersDumpCmd struct{ chosenWorkers }

// Help is shown below the flags' list.
func (*workersDumpCmd) Help() string {
	return `For a worker that hangs: the stacks of all its goroutines are written to its own
log.

    tasuki workers dump web-1:4711

` + ordersHelp
}

// Run tells them.
func (w *workersDumpCmd) Run(c *caller) error {
	return c.order(&w.chosenWorkers, store.OrderDump, "dump their goroutines")
}

// An orderJSON is what --json prints of an order.
type orderJSON struct {
	Order   store.OrderKind `json:"order"`
	DryRun  bool            `json:"dry_run,omitempty"`
	Workers []string        `json:"workers"`
	Told    int             `json:"told"`
}

// order tells the chosen workers what to do.
func (c *caller) order(which *chosenWorkers, what store.OrderKind, words string) error {
	defer c.heed()()
	if err := which.check(); err != nil {
		return err
	}
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	workers, err := st.Workers(c.ctx, store.WorkersRequest{Foreign: len(which.Names) > 0})
	if err != nil {
		return failed("looking for the workers", err)
	}
	names, err := which.find(workers)
	if err == nil && what == store.OrderResume {
		err = canResume(workers, names)
	}
	if err != nil {
		return err
	}
	result := orderJSON{Order: what, DryRun: which.DryRun, Workers: names}
	if len(names) > 0 && !which.DryRun {
		if len(which.Names) == 0 {
			if err := c.sure(which.bulk, fmt.Sprintf("tell %s to %s?", count(len(names), "worker"), words)); err != nil {
				return err
			}
		}
		if result.Told, err = st.Signal(c.ctx, names, what); err != nil {
			return failed("telling the workers", err)
		}
	}
	return c.printOrder(&result, words)
}

// canResume refuses workers that know no way back from quiet.
func canResume(workers []store.Worker, names []string) error {
	for i := range workers {
		if w := &workers[i]; w.Foreign && slices.Contains(names, w.Name) {
			return &fault{doing: "telling the workers", why: fmt.Errorf("%s is no worker of tasuki's and cannot be resumed; nobody was told", w.Name),
				hint: "stop it, and start another", code: exitFailed}
		}
	}
	return nil
}

func (c *caller) printOrder(r *orderJSON, words string) error {
	if c.json {
		return c.printJSON(r)
	}
	lead := "told to " + words + ": "
	switch {
	case len(r.Workers) == 0:
		c.note("no workers")
		return nil
	case r.DryRun:
		lead = "would be told to " + words + ": "
	}
	for _, name := range r.Workers {
		if err := c.printf("%s%s\n", lead, plain(name)); err != nil {
			return err
		}
	}
	if gone := len(r.Workers) - r.Told; gone > 0 && !r.DryRun {
		c.note("%s left meanwhile", count(gone, "worker"))
	}
	return nil
}
