package tasukitest

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

// Listen wakes the worker as the store does, and whenever an outcome was stored.
func (d *door) Listen(ctx context.Context, queues []string, wake func()) error {
	d.mu.Lock()
	d.wake = wake
	d.mu.Unlock()
	wake()
	if l, ok := d.Store.(store.Listener); ok {
		return l.Listen(ctx, queues, wake)
	}
	<-ctx.Done()
	return nil
}

// scheduler is the store's, which Features promised.
func (d *door) scheduler() (store.Scheduler, error) {
	if s, ok := d.Store.(store.Scheduler); ok {
		return s, nil
	}
	return nil, fmt.Errorf("schedules: %w", store.ErrUnsupported)
}

// Declare is the store's.
func (d *door) Declare(ctx context.Context, all []store.Schedule) ([]store.Schedule, error) {
	s, err := d.scheduler()
	if err != nil {
		return nil, err
	}
	return s.Declare(ctx, all)
}

// Schedules are the store's.
func (d *door) Schedules(ctx context.Context, req store.SchedulesRequest) (store.SchedulesReply, error) {
	s, err := d.scheduler()
	if err != nil {
		return store.SchedulesReply{}, err
	}
	d.looked(req)
	return s.Schedules(ctx, req)
}

// Switch is the store's.
func (d *door) Switch(ctx context.Context, names []string, to store.ScheduleSwitch) (int, error) {
	s, err := d.scheduler()
	if err != nil {
		return 0, err
	}
	return s.Switch(ctx, names, to)
}
