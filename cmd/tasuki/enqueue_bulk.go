package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// bulkBatch is how many jobs go into the store in one write, all or none.
const bulkBatch = 1000

// maxLine bounds one line of a file of jobs.
const maxLine = 64 << 20

// A bulkLine is one job of a file.
type bulkLine struct {
	ID          string          `json:"id"`
	Kind        string          `json:"kind"`
	Queue       string          `json:"queue"`
	Args        json.RawMessage `json:"args"`
	Priority    *int            `json:"priority"`
	Delay       *span           `json:"delay"`
	MaxAttempts *int            `json:"max_attempts"`
	Timeout     *span           `json:"timeout"`
	Unique      string          `json:"unique"`
	Tags        []string        `json:"tags"`
	Keep        *span           `json:"keep"`
}

// readBulk reads and checks every line before anything is enqueued.
func (e *enqueueCmd) readBulk(c *caller) ([]store.Job, error) {
	in, name := c.in, "standard input"
	if e.Bulk != "-" {
		f, err := os.Open(e.Bulk)
		if err != nil {
			return nil, &fault{doing: "reading jobs", why: err, hint: "--bulk takes a file of JSON lines, or - for standard input", code: exitUsage}
		}
		defer f.Close()
		in, name = f, e.Bulk
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var jobs []store.Job
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		job, err := e.readLine(lines.Bytes())
		if err != nil {
			return nil, wrong(fmt.Sprintf("reading jobs from %s, line %d", name, n), "nothing was enqueued; `tasuki enqueue --help` shows a line", "%w", err)
		}
		jobs = append(jobs, job)
	}
	return jobs, failed("reading jobs from "+name, lines.Err())
}

func (e *enqueueCmd) readLine(text []byte) (store.Job, error) {
	var line bulkLine
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&line); err != nil {
		return store.Job{}, fmt.Errorf("it is not a job: %w", at(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return store.Job{}, errors.New("it holds more than one JSON object")
	}
	job := line.over(e.template())
	return job, job.Check(0)
}

// over is the job that the line describes, where it says nothing as in t.
func (l *bulkLine) over(t store.Job) store.Job {
	t.ID, t.Args = l.ID, l.Args
	if t.ID == "" {
		t.ID = store.NewID()
	}
	if l.Tags != nil {
		t.Tags = l.Tags
	}
	set(&t.Kind, l.Kind)
	set(&t.Queue, l.Queue)
	set(&t.Unique, l.Unique)
	give(&t.Priority, l.Priority)
	give(&t.MaxAttempts, l.MaxAttempts)
	give(&t.Delay, (*time.Duration)(l.Delay))
	give(&t.Timeout, (*time.Duration)(l.Timeout))
	give(&t.Keep, (*time.Duration)(l.Keep))
	return t
}

func set(to *string, v string) {
	if v != "" {
		*to = v
	}
}

func give[T any](to, v *T) {
	if v != nil {
		*to = *v
	}
}
