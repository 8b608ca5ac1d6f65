package demo

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// When the events come, as shares of the tree that are hashed by then: a clock
// would tear small and big trees apart.
const (
	deployAt  = 0.12
	pairAt    = 0.25
	crashAt   = 0.45
	overrunAt = 0.65
)

// The stop that is too short for its job.
const (
	shortStop    = 2 * time.Second
	stubbornness = 4 * time.Second
)

func filesFlags() []string { return []string{"-c", "1", "-q", queueFiles} }

// happens begins an event and tells of it.
func (d *director) happens(e event, format string, args ...any) error {
	e.at = time.Now()
	d.events = append(d.events, &e)
	return d.say(e.name+": "+format, args...)
}

// outcome tells how the event went.
func (d *director) outcome(format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	e := d.events[len(d.events)-1]
	e.text, e.over = text, true
	return d.say("  %s", text)
}

// begin starts one worker on the first half.
func (d *director) begin(ctx context.Context) (err error) {
	if d.first, err = d.enqueue(ctx, hashing.Job(d.plan.halves()[0])); err != nil {
		return err
	}
	if d.oldest, err = d.hire(ctx, filesFlags()...); err != nil {
		return err
	}
	return d.until(ctx, func() bool { return d.tally.runs(d.first, nil) || d.tally.ended(d.first) })
}

// deploy starts a new worker and tells the old one to stop.
func (d *director) deploy(ctx context.Context) error {
	if err := d.reached(ctx, deployAt); err != nil {
		return err
	}
	old := d.oldest
	fresh, err := d.hire(ctx, filesFlags()...)
	if err != nil {
		return err
	}
	if err := d.happens(event{name: "deploy", title: "SIGTERM to a worker while a new one starts", parts: []int{1}},
		"worker %d has started, SIGTERM to worker %d", fresh.number, old.number); err != nil {
		return err
	}
	told := time.Now()
	if err := old.end(syscall.SIGTERM); err != nil {
		return err
	}
	err = d.until(ctx, func() bool { return old.isGone() && (d.tally.runs(d.first, fresh) || d.tally.ended(d.first)) })
	if err != nil {
		return err
	}
	d.oldest = fresh
	return d.outcome("worker %d was gone after %s; %s", old.number, brief(old.gone.Sub(told)), d.heir(d.first))
}

// pair lets two workers work at once.
func (d *director) pair(ctx context.Context) (err error) {
	if err := d.reached(ctx, pairAt); err != nil {
		return err
	}
	halves := d.plan.halves()
	if len(halves) < 2 {
		return nil // there is nothing for a second one
	}
	if err := d.happens(event{name: "pair", title: "two workers at once", parts: []int{1, 2}},
		"a second worker for the second half of the tree"); err != nil {
		return err
	}
	if d.second, err = d.enqueue(ctx, hashing.Job(halves[1])); err != nil {
		return err
	}
	second, err := d.hire(ctx, filesFlags()...)
	if err != nil {
		return err
	}
	if err := d.until(ctx, func() bool { return d.tally.runs(d.second, nil) || d.tally.ended(d.second) }); err != nil {
		return err
	}
	return d.outcome("worker %d took it, beside worker %d", second.number, d.oldest.number)
}

// overrun stops a worker whose job does not end within the stop's timeout.
func (d *director) overrun(ctx context.Context) (err error) {
	if err := d.reached(ctx, overrunAt); err != nil {
		return err
	}
	if d.third, err = d.enqueue(ctx, stubbornly.Job(nap{For: stubbornness})); err != nil {
		return err
	}
	old, err := d.hire(ctx, "-c", "1", "-q", queueStubborn, "-t", fmt.Sprint(shortStop.Seconds()))
	if err != nil {
		return err
	}
	if err := d.until(ctx, func() bool { return d.tally.runs(d.third, old) }); err != nil {
		return err
	}
	fresh, err := d.hire(ctx, "-c", "1", "-q", queueStubborn)
	if err != nil {
		return err
	}
	if err := d.happens(event{name: "overrun", title: "SIGTERM, and the job outlasts the stop"},
		"SIGTERM to worker %d: %s for a job that ignores everything", old.number, brief(shortStop)); err != nil {
		return err
	}
	told := time.Now()
	if err := old.end(syscall.SIGTERM); err != nil {
		return err
	}
	err = d.until(ctx, func() bool { return old.isGone() && (d.tally.runs(d.third, fresh) || d.tally.ended(d.third)) })
	if err != nil {
		return err
	}
	if d.tally.ended(d.third) {
		return d.outcome("worker %d was gone after %s; its job had come to its end before", old.number, brief(old.gone.Sub(told)))
	}
	gap := d.tally.jobs[d.third].ClaimedAt.Sub(old.gone)
	d.events[len(d.events)-1].gap = gap
	return d.outcome("worker %d was gone after %s; worker %d began the job %s later", old.number,
		brief(old.gone.Sub(told)), fresh.number, brief(gap))
}

// crash kills a worker in the middle of its job; a spare one waits.
func (d *director) crash(ctx context.Context) error {
	if err := d.reached(ctx, crashAt); err != nil {
		return err
	}
	spare, err := d.hire(ctx, filesFlags()...)
	if err != nil {
		return err
	}
	job, number := d.second, 2
	if job == "" || d.tally.ended(job) {
		job, number = d.first, 1
	}
	victim := d.crew.byPID(d.tally.runner(job))
	if victim == nil {
		victim = d.oldest // nobody runs anything: an idle worker dies
	}
	if err := d.happens(event{name: "crash", title: "kill -9 of a worker", parts: []int{number}}, "kill -9 of worker %d", victim.number); err != nil {
		return err
	}
	if err := victim.end(os.Kill); err != nil {
		return err
	}
	err = d.until(ctx, func() bool {
		return victim.isGone() && !d.tally.known(victim) && (d.tally.runs(job, nil) || d.tally.ended(job))
	})
	if err != nil {
		return err
	}
	return d.outcome("the others noticed; %s (spare: worker %d)", d.heir(job), spare.number)
}

// heir says who goes on with a job.
func (d *director) heir(job string) string {
	if m := d.crew.byPID(d.tally.runner(job)); m != nil {
		return fmt.Sprintf("worker %d goes on with its job", m.number)
	}
	return "its job had come to its end"
}

// finish waits for the end of all jobs.
func (d *director) finish(ctx context.Context) error {
	return d.until(ctx, d.tally.allEnded)
}

// brief writes 30 ms or 1.8 s.
func brief(t time.Duration) string {
	if t = max(t, 0); t < time.Second {
		return fmt.Sprintf("%d ms", t.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", t.Seconds())
}
