package main

import (
	"cmp"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// statsCmd counts jobs and shows who works.
type statsCmd struct{}

// Help is shown below the flags' list.
func (statsCmd) Help() string {
	return `WAITS is how long the oldest ready job of the queue has been ready. A worker's
STATE and BUSY are what it said with its last beat.

    tasuki stats
    tasuki stats --json`
}

// Run prints the counts.
func (statsCmd) Run(c *caller) error {
	st, err := c.open(false)
	if err != nil {
		return err
	}
	defer st.close()
	stats, err := st.Stats(c.ctx)
	if err != nil {
		return failed("counting jobs", err)
	}
	workers, err := st.Workers(c.ctx, store.WorkersRequest{})
	if err != nil {
		return failed("looking at the workers", err)
	}
	if c.json {
		return c.printJSON(statsOf(&stats, workers))
	}
	return printStats(c, &stats, workers)
}

// A statsJSON is what --json prints.
type statsJSON struct {
	Queues  []queueJSON  `json:"queues"`
	Done    int64        `json:"done"`
	Failed  int64        `json:"failed"`
	Workers []workerJSON `json:"workers"`
}

type queueJSON struct {
	Name   string              `json:"name"`
	Paused bool                `json:"paused"`
	Counts map[store.State]int `json:"counts"`
	Oldest float64             `json:"oldest_ready_seconds"`
}

type workerJSON struct {
	Name      string            `json:"name"`
	State     store.WorkerState `json:"state"`
	Slots     int               `json:"slots"`
	Busy      int               `json:"busy"`
	Queues    []string          `json:"queues"`
	Tag       string            `json:"tag,omitempty"`
	Version   string            `json:"version,omitempty"`
	Kinds     []string          `json:"kinds,omitempty"`
	Stuck     []string          `json:"stuck,omitempty"`
	Foreign   bool              `json:"foreign,omitempty"`
	StartedAt time.Time         `json:"started_at"`
	BeatAt    time.Time         `json:"beat_at"`
}

func statsOf(s *store.Stats, workers []store.Worker) statsJSON {
	return statsJSON{Queues: queuesOf(s), Done: s.Done, Failed: s.Failed, Workers: workersOf(workers)}
}

func queuesOf(s *store.Stats) []queueJSON {
	out := []queueJSON{}
	for _, q := range s.Queues {
		counts := map[store.State]int{}
		for _, state := range states {
			counts[state] = q.Counts[state]
		}
		out = append(out, queueJSON{Name: q.Name, Paused: q.Paused, Counts: counts, Oldest: q.Latency.Seconds()})
	}
	return out
}

func workersOf(workers []store.Worker) []workerJSON {
	out := []workerJSON{}
	for _, w := range workers {
		out = append(out, workerJSON{Name: w.Name, State: w.State, Slots: w.Slots, Busy: w.Busy,
			Queues: w.Queues, Tag: w.Tag, Version: w.Version, Kinds: w.Kinds,
			Stuck: w.Stuck, Foreign: w.Foreign, StartedAt: w.StartedAt, BeatAt: w.BeatAt})
	}
	return out
}

func queueTable(s *store.Stats) *table {
	t := &table{columns: []column{{name: "QUEUE", give: true}, {name: "SCHEDULED", right: true}, {name: "READY", right: true},
		{name: "RUNNING", right: true}, {name: "RETRY", right: true}, {name: "DONE", right: true},
		{name: "DEAD", right: true}, {name: "CANCELLED", right: true}, {name: "WAITS", right: true}}}
	for _, q := range s.Queues {
		name, waits := cmp.Or(q.Name, anyQueue), ""
		if q.Paused {
			name += " (paused)"
		}
		if q.Counts[store.Ready] > 0 {
			waits = briefly(q.Latency)
		}
		row := []string{name}
		for _, state := range states {
			row = append(row, strconv.Itoa(q.Counts[state]))
		}
		t.add(append(row, waits)...)
	}
	return t
}

func printStats(c *caller, s *store.Stats, workers []store.Worker) error {
	if err := queueTable(s).print(c.out, c.width()); err != nil {
		return err
	}
	if err := c.printf("\nsince the store was made: jobs done %d, attempts failed %d\n", s.Done, s.Failed); err != nil {
		return err
	}
	return printWorkers(c, workers)
}

func printWorkers(c *caller, workers []store.Worker) error {
	if len(workers) == 0 {
		return c.printf("no workers\n")
	}
	if err := c.printf("\n"); err != nil {
		return err
	}
	now := time.Now()
	t := table{columns: []column{{name: "WORKER", give: true}, {name: "STATE"}, {name: "BUSY", right: true}, {name: "BEAT", right: true}, {name: "UP", right: true}, {name: "TAG", give: true}}}
	for _, w := range workers {
		t.add(w.Name, string(w.State), strconv.Itoa(w.Busy)+"/"+strconv.Itoa(w.Slots), ago(w.BeatAt, now), briefly(now.Sub(w.StartedAt)), w.Tag)
	}
	return t.print(c.out, c.width())
}
