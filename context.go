package tasuki

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// A Job is what a handler may want to know about the job it runs.
type Job struct {
	ID, Kind, Queue string
	Worker          string // the worker that runs it
	Attempt         int    // from 1; hand-overs and releases do not count
	Interruptions   int    // how often it was handed over
	Releases        int    // how often it was taken back from a dead worker
	Tags            []string
	EnqueuedAt      time.Time
	Ran             time.Duration // how long this run takes already
}

// JobFrom is the job that runs under ctx; the zero Job outside of one.
func JobFrom(ctx context.Context) Job {
	r := runFrom(ctx)
	if r == nil {
		return Job{}
	}
	return r.job()
}

func (r *run) job() Job {
	j := Job{
		ID: r.rec.ID, Kind: r.rec.Kind, Queue: r.rec.Queue, Worker: r.held.Worker,
		Attempt: r.rec.Attempts + 1, Interruptions: r.rec.Interruptions, Releases: r.rec.Releases,
		Tags: r.rec.Tags, EnqueuedAt: r.rec.CreatedAt,
	}
	if !r.started.IsZero() {
		j.Ran = time.Since(r.started)
	}
	return j
}

// Stopping is closed when the worker wants this job to come to an end: it was
// told to be quiet or to stop. A job that closes its work now and returns Yield
// (or Then with a follow-up) loses nothing; one that goes on has until last
// call. Outside of a job the channel is nil and never ready.
func Stopping(ctx context.Context) <-chan struct{} {
	if r := runFrom(ctx); r != nil {
		r.heeds.Store(true)
		return r.stopping
	}
	return nil
}

// Cursor is how far this job got in an earlier run, or in this one by Save. It
// answers false if there is none or it is not a C.
func Cursor[C any](ctx context.Context) (C, bool) {
	var c C
	p, err := placeOf(ctx, "cursor")
	if err != nil {
		return c, false
	}
	p.run.mu.Lock()
	raw := p.open().loop(mainLoop).Cursor
	p.run.mu.Unlock()
	return c, len(raw) > 0 && json.Unmarshal(raw, &c) == nil
}

// Save notes how far a job that keeps its own cursor got. It costs little: the
// newest cursor is written at most 20 times a second, and with whatever ends the
// run. After kill -9 the job finds a cursor that is at most 50 ms old.
func Save(ctx context.Context, cursor any) error {
	p, err := placeOf(ctx, "save cursor")
	if err != nil {
		return err
	}
	r := p.run
	raw, err := r.encodeCursor(cursor)
	if err != nil {
		return fmt.Errorf("kind %q: %w", r.rec.Kind, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.keeps(); err != nil {
		return fmt.Errorf("kind %q: save cursor: %w", r.rec.Kind, err)
	}
	l := p.open().loop(mainLoop)
	before := l.Cursor
	if l.Cursor = raw; len(raw) > len(before) {
		if _, err := r.state(); err != nil {
			l.Cursor = before
			return fmt.Errorf("kind %q: save cursor: %w", r.rec.Kind, err)
		}
	}
	r.counted(r.clock())
	r.changed()
	return nil
}

// SetProgress notes how much of how much is done (total 0: not known), with a
// word for people. It is written as Save writes a cursor.
func SetProgress(ctx context.Context, done, total int64, note string) error {
	r := runFrom(ctx)
	if r == nil {
		return fmt.Errorf("set progress: %w", ErrNoJob)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress, r.told = store.Progress{Done: done, Total: total, Note: store.Clean(note, 1000)}, false
	r.changed()
	return nil
}

// SetResult keeps v, as JSON, with the job when it is done, for as long as its
// Keep says.
func SetResult(ctx context.Context, v any) error {
	r := runFrom(ctx)
	if r == nil {
		return fmt.Errorf("set result: %w", ErrNoJob)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("result does not become JSON: %w", err)
	}
	if r.limit > 0 && len(raw) > r.limit {
		return fmt.Errorf("result is %d bytes, over the limit of %d", len(raw), r.limit)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result = raw
	return nil
}
