package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// chosenWorkers are the workers that an order is for.
type chosenWorkers struct {
	Names []string `arg:"" optional:"" name:"worker" help:"Their names, or the beginning of one that no other has." complete:"workers"`
	Host  string   `help:"All workers on this host." placeholder:"NAME" complete:"hosts"`
	Tag   string   `help:"All workers with this tag." placeholder:"TAG" complete:"worker-tags"`
	All   bool     `help:"All workers."`
	bulk
}

const ordersHelp = `A worker hears the order with its next beat, mostly within 3 seconds. Workers that
are named are told at once, --host, --tag and --all after a question, which --yes
answers.`

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
	workers, err := st.Workers(c.ctx, store.WorkersRequest{})
	if err != nil {
		return failed("looking for the workers", err)
	}
	names, err := which.find(workers)
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

// check refuses what says nothing, or two things.
func (w *chosenWorkers) check() error {
	ways := 0
	for _, given := range []bool{len(w.Names) > 0, w.Host != "", w.Tag != "", w.All} {
		if given {
			ways++
		}
	}
	const hint = "name them, or give one of --host, --tag, --all; `tasuki workers list` shows them"
	switch {
	case ways == 0:
		return wrong("reading the command line", hint, "nothing says which workers")
	case ways > 1:
		return wrong("reading the command line", hint, "workers are chosen in two ways at once")
	}
	return nil
}

// find answers the chosen ones' names.
func (w *chosenWorkers) find(workers []store.Worker) ([]string, error) {
	names := []string{}
	for i := range workers {
		if x := &workers[i]; w.All || w.Host != "" && hostOf(x) == w.Host || w.Tag != "" && x.Tag == w.Tag {
			names = append(names, x.Name)
		}
	}
	for _, begin := range w.Names {
		name, err := oneWorker(workers, begin)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if len(names) == 0 && !w.All {
		return nil, &fault{doing: "looking for the workers", why: fmt.Errorf("none is on host %q or has tag %q", w.Host, w.Tag), hint: "`tasuki workers list` shows them", code: exitFailed}
	}
	return slices.Compact(slices.Sorted(slices.Values(names))), nil
}

// hostOf is what a worker says, or what its name begins with.
func hostOf(w *store.Worker) string {
	if w.Process.Host != "" {
		return w.Process.Host
	}
	host, _, _ := strings.Cut(w.Name, ":")
	return host
}

// oneWorker is the only worker whose name begins so.
func oneWorker(workers []store.Worker, begin string) (string, error) {
	var found []string
	for i := range workers {
		switch name := workers[i].Name; {
		case name == begin:
			return name, nil
		case begin != "" && strings.HasPrefix(name, begin):
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return "", &fault{doing: "looking for the workers", why: fmt.Errorf("there is no worker %q", begin), hint: "`tasuki workers list` shows them", code: exitFailed}
	case 1:
		return found[0], nil
	}
	return "", wrong("looking for the workers", "write more of its name, or --host NAME for all on one host",
		"%d workers' names begin with %q: %s", len(found), begin, strings.Join(found[:min(len(found), 5)], ", "))
}

// count is "1 worker", "2 workers".
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
