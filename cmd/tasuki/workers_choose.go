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
		if w.Tag != "" {
			return nil, noWorker("no worker has the tag %q", w.Tag)
		}
		return nil, noWorker("no worker is on the host %q", w.Host)
	}
	return slices.Compact(slices.Sorted(slices.Values(names))), nil
}

func noWorker(format, name string) error {
	return &fault{doing: "looking for the workers", why: fmt.Errorf(format, name), hint: "`tasuki workers list` shows them", code: exitFailed}
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
		return "", noWorker("there is no worker %q", begin)
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
