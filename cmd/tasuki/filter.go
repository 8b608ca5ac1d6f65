package main

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// jobFilter selects jobs on the command line. Values of one flag are joined by
// or, different flags by and.
type jobFilter struct {
	State  []string `short:"s" help:"Only jobs in this state: ${states}." placeholder:"STATE,..." sep:"none" complete:"states"`
	Queue  []string `short:"q" help:"Only jobs of this queue." placeholder:"NAME" sep:"none" complete:"queues"`
	Kind   []string `short:"k" help:"Only jobs of this kind." placeholder:"NAME" sep:"none" complete:"kinds"`
	Tag    []string `help:"Only jobs with this tag." placeholder:"WORD" sep:"none"`
	Worker *string  `short:"w" help:"Only jobs that this worker runs." placeholder:"NAME" complete:"workers"`
}

// of is the filter that the flags describe, among the jobs with these ids if
// there are any. idsAre is what the command line calls them.
func (f *jobFilter) of(ids []string, idsAre string) (store.Filter, error) {
	worker := []string{}
	if f.Worker != nil {
		worker = append(worker, *f.Worker)
	}
	for _, given := range []struct {
		name   string
		values []string
	}{{"--state", f.State}, {"--queue", f.Queue}, {"--kind", f.Kind}, {"--tag", f.Tag}, {"--worker", worker}, {idsAre, ids}} {
		if slices.Contains(given.values, "") {
			return store.Filter{}, wrong("reading the command line", "an empty value would select something else than is meant; is a variable of the shell not set?",
				"%s is empty", given.name)
		}
	}
	to := store.Filter{IDs: ids, Queues: f.Queue, Kinds: f.Kind, Tags: f.Tag, Worker: f.worker()}
	for _, name := range strings.Split(strings.Join(f.State, ","), ",") {
		if len(f.State) == 0 {
			break
		}
		if !slices.Contains(states, store.State(name)) {
			return to, wrong("reading the command line", "states are "+stateList(), "--state: there is no state %q", name)
		}
		to.States = append(to.States, store.State(name))
	}
	return to, nil
}

func (f *jobFilter) worker() string {
	if f.Worker == nil {
		return ""
	}
	return *f.Worker
}
