package contestant

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// River is River on one of its drivers. What it needs of the database itself, Left and
// Close, is the program's.
type River[TTx any] struct {
	Driver riverdriver.Driver[TTx]
	RiverChoice

	client *river.Client[TTx]
}

// A RiverChoice is what differs from River's defaults.
type RiverChoice struct {
	Tune    river.Config
	Workers int  // instead of the slots of the measurement; 0: those
	Fast    bool // bulk by InsertManyFast
}

// TunedRiver are the settings of River's own benchmark command.
var TunedRiver = RiverChoice{Tune: river.Config{FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond}}

// RiverLeft counts the jobs that are not recorded as done.
const RiverLeft = `SELECT count(*) FROM river_job WHERE state <> 'completed'`

type riverArgs struct{ harness.Args }

func (riverArgs) Kind() string { return "noop" }

// Open makes the tables, and the client that enqueues.
func (r *River[TTx]) Open(ctx context.Context) error {
	m, err := rivermigrate.New(r.Driver, &rivermigrate.Config{Logger: Quiet})
	if err != nil {
		return err
	}
	if _, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	r.client, err = river.NewClient(r.Driver, &river.Config{Logger: Quiet})
	return err
}

func (r *River[TTx]) Enqueue(ctx context.Context, all []harness.Args) error {
	if len(all) == 1 {
		_, err := r.client.Insert(ctx, riverArgs{all[0]}, nil)
		return err
	}
	params := make([]river.InsertManyParams, len(all))
	for i, a := range all {
		params[i].Args = riverArgs{a}
	}
	return r.insert(ctx, params)
}

func (r *River[TTx]) insert(ctx context.Context, params []river.InsertManyParams) error {
	var err error
	if r.Fast {
		_, err = r.client.InsertManyFast(ctx, params)
	} else {
		_, err = r.client.InsertMany(ctx, params)
	}
	return err
}

// Start makes another client: one that works has its workers from the start.
func (r *River[TTx]) Start(ctx context.Context, slots int, do func(harness.Args)) (err error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[riverArgs]) error {
		do(job.Args.Args)
		return nil
	}))
	if r.Workers > 0 {
		slots = r.Workers
	}
	c := r.Tune
	c.Logger, c.Workers = Quiet, workers
	c.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: slots}}
	if r.client, err = river.NewClient(r.Driver, &c); err != nil {
		return err
	}
	return r.client.Start(ctx)
}

func (r *River[TTx]) Stop(ctx context.Context) error { return r.client.Stop(ctx) }
