package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// enqueueCmd puts jobs into the store.
type enqueueCmd struct {
	Kind string `arg:"" optional:"" help:"What kind of job it is: the name that a worker's handler has." complete:"kinds"`
	Args string `arg:"" optional:"" name:"args-json" help:"The job's arguments as JSON; - reads them from standard input. Default: null."`

	Queue       string   `short:"q" help:"The queue it waits in. Default: default." placeholder:"NAME" complete:"queues"`
	Priority    int      `help:"Orders a queue: lower first, may be negative. Default: 0." placeholder:"N"`
	Delay       span     `help:"Ready only after this time: 90s, 5m, 2h30m, 7d." placeholder:"TIME"`
	MaxAttempts int      `help:"Dead after so many failures. Default: the worker's, mostly 25." placeholder:"N"`
	Timeout     span     `help:"How long one attempt may take. Default: the worker's." placeholder:"TIME"`
	Unique      string   `help:"Keep a second job with the same key out while one is unfinished." placeholder:"KEY"`
	Tag         []string `help:"A word to find the job by; again for each." placeholder:"WORD" sep:"none"`
	ID          string   `name:"id" help:"The job's id; the same id is taken once. Default: a new UUID." placeholder:"ID"`
	Keep        span     `help:"Keep the record of the done job, with its result, so long." placeholder:"TIME"`
	Bulk        string   `help:"Enqueue a job for each line of a file of JSON, - for standard input." placeholder:"FILE"`
}

// Help is shown below the flags' list.
func (*enqueueCmd) Help() string {
	return `Prints what became of each job: "added ID", "known ID" (the id is or was in the
store; nothing was added), or "duplicate ID" with the id of the job that holds
the unique key. A SQLite file that is missing is made, an older schema is brought
up to date.

    tasuki enqueue mail '{"to": "ada@example.com"}' --queue low --delay 5m
    curl -s https://example.com/order.json | tasuki enqueue import -

A line for --bulk is an object with the fields kind, args, queue, priority,
delay, max_attempts, timeout, unique, tags, id and keep; what it leaves out is
taken from the command line. Nothing is enqueued if any line is wrong.

    {"kind": "mail", "args": {"to": "ada@example.com"}, "delay": "5m"}`
}

// Run enqueues what the command line describes.
func (e *enqueueCmd) Run(c *caller) error {
	jobs, err := e.jobs(c)
	if err != nil {
		return err
	}
	st, err := c.open(true)
	if err != nil {
		return err
	}
	defer st.close()
	if len(jobs) == 0 {
		c.note("the file holds no job; nothing was enqueued")
	}
	for len(jobs) > 0 {
		batch := jobs[:min(len(jobs), bulkBatch)]
		became, err := tasuki.Enqueue(c.ctx, st, batch...)
		if err != nil {
			return e.broken(jobs, err)
		}
		if err := printEnqueued(c, batch, became); err != nil {
			return err
		}
		jobs = jobs[len(batch):]
	}
	return nil
}

// broken says how far a file of jobs got.
func (e *enqueueCmd) broken(left []store.Job, err error) error {
	if e.Bulk == "" {
		return failed("putting the job into the store", err)
	}
	return failed(fmt.Sprintf("putting jobs into the store, from job %s on (%d left)", left[0].ID, len(left)), err)
}

func (e *enqueueCmd) jobs(c *caller) ([]store.Job, error) {
	switch {
	case e.Bulk != "" && e.Args != "":
		return nil, wrong("reading the command line", "give each line its own \"args\"", "--bulk takes no arguments beside it")
	case e.Bulk != "" && e.ID != "":
		return nil, wrong("reading the command line", "give each line its own \"id\"", "--bulk takes no --id beside it")
	case e.Bulk != "":
		return e.readBulk(c)
	case e.Kind == "":
		return nil, wrong("reading the command line", "`tasuki enqueue mail '{\"to\": 1}'`; `tasuki enqueue --help` tells more", "the kind of the job is missing")
	}
	args, err := e.readArgs(c)
	if err != nil {
		return nil, err
	}
	job := e.template()
	job.ID, job.Args = e.ID, args
	if job.ID == "" {
		job.ID = store.NewID()
	}
	return []store.Job{job}, failed("checking the job", job.Check(0))
}

// template is a job as the flags describe it.
func (e *enqueueCmd) template() store.Job {
	return store.Job{
		Kind: e.Kind, Queue: e.Queue, Priority: e.Priority, Delay: time.Duration(e.Delay),
		MaxAttempts: e.MaxAttempts, Timeout: time.Duration(e.Timeout), Unique: e.Unique,
		Tags: e.Tag, Keep: time.Duration(e.Keep),
	}
}

// readArgs answers the arguments as they were typed.
func (e *enqueueCmd) readArgs(c *caller) (json.RawMessage, error) {
	raw := []byte(e.Args)
	if e.Args == "-" {
		var err error
		if raw, err = io.ReadAll(io.LimitReader(c.in, 64<<20)); err != nil {
			return nil, failed("reading the arguments from standard input", err)
		}
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, nil
	}
	var args json.RawMessage
	if err := json.Unmarshal(raw, &args); err != nil {
		return nil, wrong("reading the job's arguments", "quote the JSON as one word for the shell: tasuki enqueue "+e.Kind+" '{\"to\": 1}'",
			"they are not JSON: %w", at(err))
	}
	return args, nil
}

// at adds where in the text the JSON is wrong.
func at(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w, at byte %d", err, syntax.Offset)
	}
	return err
}

// An enqueued is what became of a job, as --json prints it.
type enqueued struct {
	Result store.EnqueuedWhat `json:"result"`
	ID     string             `json:"id"`
	HeldBy string             `json:"held_by,omitempty"`
}

func printEnqueued(c *caller, jobs []store.Job, became []store.Enqueued) error {
	for i, b := range became {
		e := enqueued{Result: b.What, ID: jobs[i].ID}
		if b.What == store.Duplicate {
			e.HeldBy = b.ID
		}
		var err error
		switch {
		case c.json:
			err = c.printJSON(e)
		case e.HeldBy != "":
			err = c.printf("duplicate %s: that unfinished job holds the unique key %q\n", e.HeldBy, jobs[i].Unique)
		case b.What == store.Known:
			err = c.printf("known %s: the id is or was in the store; nothing was added\n", e.ID)
		default:
			err = c.printf("%s %s\n", b.What, e.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
