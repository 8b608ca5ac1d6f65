package main

import (
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A jobJSON is a job as --json prints it. It is the command's own promise, so
// that a change inside the store does not break a script.
type jobJSON struct {
	ID            string          `json:"id"`
	Kind          string          `json:"kind"`
	Queue         string          `json:"queue"`
	State         store.State     `json:"state"`
	Args          json.RawMessage `json:"args,omitempty"`
	Priority      int             `json:"priority"`
	Attempts      int             `json:"attempts"`
	MaxAttempts   int             `json:"max_attempts,omitempty"`
	Interruptions int             `json:"interruptions"`
	Releases      int             `json:"releases"`
	Deaths        int             `json:"deaths"`
	Unique        string          `json:"unique,omitempty"`
	Tags          []string        `json:"tags,omitempty"`
	Timeout       float64         `json:"timeout_seconds,omitempty"`
	Keep          float64         `json:"keep_seconds,omitempty"`
	Cursor        json.RawMessage `json:"cursor,omitempty"`
	Progress      *store.Progress `json:"progress,omitempty"`
	Result        json.RawMessage `json:"result,omitempty"`
	Failure       *store.Failure  `json:"failure,omitempty"`
	Why           string          `json:"why,omitempty"`
	Worker        string          `json:"worker,omitempty"`
	Cancelling    bool            `json:"cancelling,omitempty"`
	CreatedAt     time.Time       `json:"created_at,omitzero"`
	DueAt         time.Time       `json:"due_at,omitzero"`
	ClaimedAt     time.Time       `json:"claimed_at,omitzero"`
	EndedAt       time.Time       `json:"ended_at,omitzero"`
	Journal       []store.Run     `json:"journal,omitempty"`
	Marks         []store.Mark    `json:"marks,omitempty"`
}

func jobOf(r *store.Record) jobJSON {
	j := jobJSON{
		ID: r.ID, Kind: r.Kind, Queue: r.Queue, State: r.State, Args: r.Args, Priority: r.Priority,
		Attempts: r.Attempts, MaxAttempts: r.MaxAttempts, Interruptions: r.Interruptions,
		Releases: r.Releases, Deaths: r.Deaths, Unique: r.Unique, Tags: r.Tags,
		Timeout: r.Timeout.Seconds(), Keep: r.Keep.Seconds(), Cursor: r.Cursor, Result: r.Result,
		Failure: r.Failure, Why: r.Why, Worker: r.Worker, Cancelling: r.Cancelling,
		CreatedAt: r.CreatedAt, DueAt: r.DueAt, ClaimedAt: r.ClaimedAt, EndedAt: r.EndedAt, Journal: r.Journal,
	}
	if r.Progress != (store.Progress{}) {
		j.Progress = &r.Progress
	}
	return j
}

// A pageJSON is one page of jobs.
type pageJSON struct {
	Jobs []jobJSON `json:"jobs"`
	Next string    `json:"next,omitempty"`
}

func jobsPage(page *store.Page) pageJSON {
	p := pageJSON{Jobs: make([]jobJSON, len(page.Jobs)), Next: page.Next}
	for i := range page.Jobs {
		p.Jobs[i] = jobOf(&page.Jobs[i])
	}
	return p
}
