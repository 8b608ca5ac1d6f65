package tasukitest

import (
	"context"
	"errors"
	"fmt"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// maxDeaths is after how many deaths a job is dead, as the engine has it.
const maxDeaths = 3

// Beat lets beats through, and tells a killed worker that it holds nothing.
func (d *door) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	d.beating.Lock()
	defer d.beating.Unlock()
	if d.isDead() {
		return store.BeatReply{Lost: req.Claims}, nil
	}
	reply, err := d.Store.Beat(ctx, req)
	if err == nil {
		d.mu.Lock()
		d.info = req.Worker
		d.mu.Unlock()
	}
	return reply, err
}

func (d *door) isDead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// kill closes the door: from now on nothing that the worker says reaches the store.
func (d *door) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// ended notes that a handler has returned. If its worker was killed, others release
// its jobs now: not earlier, the handler may have been in a transaction.
func (d *door) ended(e tasuki.JobEnd) error {
	d.beating.Lock()
	defer d.beating.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.visits[len(d.visits)-1]
	v.end = &e
	if !d.dead {
		if e.Verb == "" { // another worker's: there will be no outcome
			v.outcome = &store.Outcome{}
			if d.wake != nil {
				d.wake()
			}
		}
		return nil
	}
	defer d.finish()
	ctx := context.Background()
	reply, err := d.Store.Release(ctx, store.ReleaseRequest{
		Worker: d.info.Name, Beat: d.info.Beat, Why: "released: killed by the test", MaxDeaths: maxDeaths})
	switch {
	case err != nil:
		return fmt.Errorf("release what the killed worker held: %w", err)
	case !reply.Released:
		return errors.New("the killed worker's jobs could not be released")
	}
	if err := d.look(ctx, v); err != nil {
		return fmt.Errorf("look at what was released: %w", err)
	}
	return nil
}
