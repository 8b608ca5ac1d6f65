package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// workersCmd is what can be done with workers.
type workersCmd struct {
	List   workersListCmd   `cmd:"" help:"List the workers."`
	Quiet  workersQuietCmd  `cmd:"" help:"Tell workers to claim no more jobs."`
	Resume workersResumeCmd `cmd:"" help:"Tell quiet workers to claim again."`
	Stop   workersStopCmd   `cmd:"" help:"Tell workers to stop and exit, as SIGTERM does."`
	Dump   workersDumpCmd   `cmd:"" help:"Tell workers to write their goroutines to their log."`
}

// workersListCmd lists workers.
type workersListCmd struct{}

// Help is shown below the flags' list.
func (*workersListCmd) Help() string {
	return `STATE, BUSY (slots in use, of all) and STUCK (jobs that outlived their timeout)
are what the worker said with its last beat, BEAT ago.

    tasuki workers list`
}

// Run prints them.
func (*workersListCmd) Run(c *caller) error {
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	workers, err := st.Workers(c.ctx, store.WorkersRequest{Foreign: true})
	switch {
	case err != nil:
		return failed("looking at the workers", err)
	case c.json:
		return c.printJSON(struct {
			Workers []workerJSON `json:"workers"`
		}{workersOf(workers)})
	case len(workers) == 0:
		c.note("no workers")
		return nil
	}
	return workerTable(workers, time.Now()).print(c.out, c.width())
}

func workerTable(workers []store.Worker, now time.Time) *table {
	t := &table{columns: []column{{name: "WORKER", give: true}, {name: "STATE"}, {name: "BUSY", right: true}, {name: "STUCK", right: true},
		{name: "BEAT", right: true}, {name: "UP", right: true}, {name: "QUEUES", give: true}, {name: "TAG", give: true}, {name: "VERSION", give: true}}}
	for i := range workers {
		w := &workers[i]
		state, stuck := string(w.State), ""
		if w.Foreign {
			state = strings.TrimSpace(state + " foreign")
		}
		if len(w.Stuck) > 0 {
			stuck = strconv.Itoa(len(w.Stuck))
		}
		t.add(w.Name, state, strconv.Itoa(w.Busy)+"/"+strconv.Itoa(w.Slots), stuck, ago(w.BeatAt, now),
			briefly(now.Sub(w.StartedAt)), strings.Join(w.Queues, ","), w.Tag, w.Version)
	}
	return t
}
