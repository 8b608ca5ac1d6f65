package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// The director plays the story: it starts and ends workers when the work has got
// so far, and looks on. It is one goroutine.
type director struct {
	name  string // of the tree, as the user called it
	plan  *plan
	tally *tally
	crew  *crew
	view  view
	began time.Time

	first, second, third string  // ids of the jobs: two hashing, one stubborn
	oldest               *member // of the workers for the files
	events               []*event
}

// An event is one thing that happens to the workers.
type event struct {
	name  string
	title string
	at    time.Time
	parts []int         // whose progress it may hold up
	gap   time.Duration // if it is not read from those
	text  string        // how it went
	over  bool
}

const (
	lookEvery = 50 * time.Millisecond
	// giveUp is after how long without any progress the demo is broken: it is
	// more than a big file takes.
	giveUp = 3 * time.Minute
)

// direct plays everything and answers the result.
func (d *director) direct(ctx context.Context) (*Result, error) {
	if err := d.introduce(); err != nil {
		return nil, err
	}
	for _, act := range []func(context.Context) error{d.begin, d.deploy, d.pair, d.crash, d.overrun, d.finish} {
		if err := act(ctx); err != nil {
			return nil, err
		}
	}
	played := time.Now()
	d.crew.dismiss(5 * time.Second)
	if err := d.say("all jobs are done; now all files are hashed again and compared"); err != nil {
		return nil, err
	}
	v, err := d.plan.check(ctx, d.tally.manifest, func(done int64) error {
		s := d.standing()
		s.verb, s.done, s.still = "compared", done, 0
		return d.view.show(s)
	})
	if err != nil {
		return nil, err
	}
	return d.result(v, played), errors.Join(d.view.close(), d.allDone())
}

func (d *director) introduce() error {
	if d.plan.files == 0 {
		return d.say("%s has no files: only idle workers will be stopped and killed", d.name)
	}
	return d.say("%s has %s, %s, to be hashed by resumable jobs", d.name, plural(d.plan.files, "file"), bytesOf(d.plan.bytes))
}

// allDone is an error if a job did not come to its end.
func (d *director) allDone() error {
	if undone := d.tally.undone(); len(undone) > 0 {
		return fmt.Errorf("play the demo: jobs are not done: %s", strings.Join(undone, "; "))
	}
	return nil
}

// until looks on until cond holds.
func (d *director) until(ctx context.Context, cond func() bool) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := d.tally.look(ctx); err != nil {
			return err
		}
		if err := d.view.show(d.standing()); err != nil {
			return err
		}
		if cond() {
			return nil
		}
		if err := d.crew.strayed(); err != nil {
			return fmt.Errorf("play the demo: %w", err)
		}
		if still := time.Since(d.tally.moved); still > giveUp {
			return fmt.Errorf("play the demo: nothing has moved for %v", still.Round(time.Second))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *director) standing() *standing {
	s := &standing{verb: "hashed", done: d.tally.rows, total: int64(len(d.plan.entries))}
	if s.done < s.total {
		s.still = time.Since(d.tally.moved)
	}
	s.handOvers, s.releases, s.attempts = d.tally.counts()
	for _, m := range d.crew.members {
		if !m.isGone() {
			s.workers = append(s.workers, d.describe(m))
		}
	}
	if n := len(d.events); n > 0 && !d.events[n-1].over {
		s.what = d.events[n-1].title
	}
	return s
}

// describe is a worker's line: what it does.
func (d *director) describe(m *member) string {
	does := "waits"
	switch {
	case d.tally.runs(d.first, m):
		does = "first half   " + string(d.tally.place[1])
	case d.tally.runs(d.second, m):
		does = "second half  " + string(d.tally.place[2])
	case d.tally.runs(d.third, m):
		does = "the stubborn job"
	case !d.tally.known(m):
		does = "starts"
	}
	if m.told {
		does = "stopping: " + does
	}
	return fmt.Sprintf("worker %d  pid %-7d %s", m.number, m.pid(), does)
}

// say tells what happens.
func (d *director) say(format string, args ...any) error {
	return d.view.say(time.Since(d.began), fmt.Sprintf(format, args...))
}

// enqueue puts a job into the store and answers its id.
func (d *director) enqueue(ctx context.Context, job store.Job) (string, error) {
	if _, err := tasuki.Enqueue(ctx, d.tally.store, job); err != nil {
		return "", err
	}
	d.tally.ids = append(d.tally.ids, job.ID)
	return job.ID, nil
}

// hire starts a worker and waits until it works.
func (d *director) hire(ctx context.Context, flags ...string) (*member, error) {
	m, err := d.crew.hire(ctx, flags...)
	if err != nil {
		return nil, err
	}
	return m, d.until(ctx, func() bool { return d.tally.known(m) })
}

// reached waits until a share of the tree is hashed, or all that is under way
// has ended.
func (d *director) reached(ctx context.Context, share float64) error {
	return d.until(ctx, func() bool {
		return d.tally.rows >= int64(share*float64(len(d.plan.entries))) || d.tally.allEnded()
	})
}
