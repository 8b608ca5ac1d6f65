package supervise

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/store"
)

// Roles are what a [Releaser] needs of a store.
type Roles interface {
	Workers(ctx context.Context, req store.WorkersRequest) ([]store.Worker, error)
	Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error)
}

// A Releaser is the witness of tasuki's own workers: it releases at once what one held that
// has died, so that its jobs run in another worker and nobody has to see it stand still
// first.
type Releaser struct {
	Store Roles
}

// maxDeaths is after how many deaths a job is dead, as the engine has it.
const maxDeaths = 3

// errHeld: some of what the worker held could not be released yet.
var errHeld = errors.New("some jobs are locked by others")

// Died releases what the worker held that was this process. If the store does not know one
// it has left by itself, or others were faster: that is no error.
func (r Releaser) Died(ctx context.Context, d Death) (jobs int, err error) {
	w, err := r.find(ctx, d)
	if err != nil {
		return 0, fmt.Errorf("find the dead worker: %w", err)
	}
	if w == nil {
		return 0, nil
	}
	if !host.Self().Gone(identityOf(w)) {
		return 0, nil // a wrapper died, not the worker
	}
	reply, err := r.Store.Release(ctx, store.ReleaseRequest{Worker: w.Name, Beat: w.Beat, MaxDeaths: maxDeaths,
		Why: fmt.Sprintf("released: worker %s: %s", w.Name, d.Why)})
	switch {
	case err != nil:
		return 0, fmt.Errorf("release: %w", err)
	case reply.Left > 0:
		return len(reply.Jobs), fmt.Errorf("release: %d left: %w", reply.Left, errHeld)
	case !reply.Released:
		return 0, errBeat
	}
	return len(reply.Jobs), nil
}

// errBeat: a last beat came in between, or others released it: to be looked at again.
var errBeat = errors.New("release: its beat has changed")

// find finds the worker with the process's identity.
func (r Releaser) find(ctx context.Context, d Death) (*store.Worker, error) {
	near := store.WorkersRequest{After: d.Process.Host + ":" + strconv.Itoa(d.Process.PID) + ":", Limit: 10}
	for _, req := range []store.WorkersRequest{near, {}} { // names begin with host and pid, unless the host has an unusual name
		all, err := r.Store.Workers(ctx, req)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if w := &all[i]; !w.Foreign && (identityOf(w) == d.Process || d.Name != "" && w.Name == d.Name) {
				return w, nil
			}
		}
	}
	return nil, nil
}

func identityOf(w *store.Worker) host.Identity {
	p := w.Process
	return host.Identity{Host: p.Host, PID: p.PID, Boot: p.Boot, Space: p.Space, Start: p.Start}
}
