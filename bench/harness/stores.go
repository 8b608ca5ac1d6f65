package harness

import (
	"context"
	"errors"
	"fmt"
)

// Stores is where the stores of measurements are made, and copied.
type Stores interface {
	// Make makes a store with the content of another, or one that nobody filled
	// yet if from is empty, and answers its path.
	Make(ctx context.Context, name, from string) (path string, err error)
	// Seal makes a store that was filled ready to be copied.
	Seal(ctx context.Context, path string, f Fill) error
	Remove(ctx context.Context, path string) error
	// Close removes all of them.
	Close() error
}

// Served are Stores that a server keeps, whose work is counted too.
type Served interface {
	Server() int // its process, the parent of all others it has
}

// fresh is the store that a row begins with, and what removes it: a new copy, but
// where there was churn the store itself with new jobs, for a copy has lost what a server
// knows of its age.
func (r *Runner) fresh(ctx context.Context, row *Row) (path string, remove func(), err error) {
	if row.Fill.Churn > 0 {
		path, err = r.prepare(ctx, row)
		if err == nil {
			_, err = r.fill(ctx, row, Task{Path: path, Jobs: row.Fill.Jobs})
		}
		return path, func() {}, err
	}
	path, err = r.copy(ctx, row)
	return path, func() { r.Stores.Remove(context.WithoutCancel(ctx), path) }, err
}

// copy is a new copy of the store that a row begins with.
func (r *Runner) copy(ctx context.Context, row *Row) (string, error) {
	r.copies++
	name, from := fmt.Sprintf("run-%d", r.copies), ""
	if row.Fill != (Fill{}) {
		var err error
		if from, err = r.prepare(ctx, row); err != nil {
			return "", err
		}
	}
	return r.Stores.Make(ctx, name, from)
}

// fill puts into a store what a task says.
func (r *Runner) fill(ctx context.Context, row *Row, t Task) (Sample, error) {
	t.Measure, t.Contestant = "fill", find(r.Contestants, row.Task.Contestant).fills()
	return r.spawn(ctx, t)
}

// prepare fills a store once for all rows that want the same.
func (r *Runner) prepare(ctx context.Context, row *Row) (string, error) {
	c := find(r.Contestants, row.Task.Contestant)
	if c == nil {
		return "", fmt.Errorf("no contestant %q", row.Task.Contestant)
	}
	name := fmt.Sprintf("filled-%s-%d-%d-%d", c.fills(), row.Fill.Jobs, row.Fill.Strangers, row.Fill.Churn)
	if path := r.prepared[name]; path != "" {
		return path, nil
	}
	fmt.Fprintf(r.Progress, "preparing %s\n", name)
	path, err := r.Stores.Make(ctx, name, "")
	if err != nil {
		return "", err
	}
	t := Task{Path: path, Slots: churnSlots, Strangers: row.Fill.Strangers, Churn: row.Fill.Churn}
	if t.Churn == 0 {
		t.Jobs = row.Fill.Jobs
	}
	_, err = r.fill(ctx, row, t)
	if err == nil {
		err = r.Stores.Seal(ctx, path, row.Fill)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("%s: %w", name, err), r.Stores.Remove(context.WithoutCancel(ctx), path))
	}
	if r.prepared == nil {
		r.prepared = map[string]string{}
	}
	r.prepared[name] = path
	return path, nil
}
