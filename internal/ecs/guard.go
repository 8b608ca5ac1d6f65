package ecs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// Protection is what a Guard asks for; an Agent has it.
type Protection interface {
	Protect(ctx context.Context, d time.Duration) error
	Unprotect(ctx context.Context) error
}

// A Guard protects its task while somebody needs it, and for a little longer, so that a
// busy one does not ask again and again. What it is told never waits for the agent.
type Guard struct {
	agent Protection
	log   *slog.Logger
	wake  loop.Wake

	mu    sync.Mutex
	need  int
	since time.Time // when need came to be 0

	// Owned by Run.
	holds  time.Time // the task is protected until then, as far as is known
	may    time.Time // and may be until then: an answer was lost
	began  time.Time // when it came to be; zero: it is not, or nobody said so
	hours  int       // that were told of
	retry  loop.Backoff
	next   time.Time // no call before, after a failure
	failed bool      // and it was told of
}

const (
	protectFor  = 20 * time.Minute // asked for at once; what is left when a worker dies in its task
	renewBefore = 10 * time.Minute // the end of it
	linger      = 30 * time.Second // after the last need
	callLimit   = 10 * time.Second // of one call; the agent itself asks ECS
	endLimit    = time.Second      // of the last one
	refusedRest = 5 * time.Minute  // after a refusal
)

// NewGuard makes a Guard. Run makes it work.
func NewGuard(agent Protection, log *slog.Logger) *Guard {
	return &Guard{agent: agent, log: log, wake: loop.NewWake(), retry: loop.Backoff{Min: time.Second, Max: time.Minute}}
}

// Need says how many jobs there are now for which the task should not be stopped.
func (g *Guard) Need(jobs int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if jobs == 0 && g.need > 0 {
		g.since = time.Now()
	}
	if (jobs == 0) != (g.need == 0) {
		g.wake.Ring()
	}
	g.need = jobs
}

// Run protects the task until ctx ends, and then takes back what it asked for.
func (g *Guard) Run(ctx context.Context) {
	loop.Run(ctx, g.wake, g.step)
	if !time.Now().Before(g.may) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if err := g.agent.Unprotect(ctx); err != nil {
		g.log.Info("the task stays protected until that ends by itself", slog.Time("until", g.may), slog.Any("error", err))
	}
}

// step makes the call that is due, if one is.
func (g *Guard) step(ctx context.Context) time.Duration {
	g.mu.Lock()
	need, idle := g.need, time.Since(g.since)
	g.mu.Unlock()
	now := time.Now()
	renew := g.holds.Add(-renewBefore)
	switch {
	case need == 0 && !now.Before(g.may):
		return loop.Never
	case need == 0 && idle < linger:
		return linger - idle
	case need > 0 && now.Before(renew):
		return renew.Sub(now)
	case now.Before(g.next):
		return g.next.Sub(now)
	case need == 0:
		return g.unprotect(ctx)
	}
	return g.protect(ctx, need)
}

func (g *Guard) protect(ctx context.Context, jobs int) time.Duration {
	asked := time.Now()
	err := g.call(ctx, func(ctx context.Context) error { return g.agent.Protect(ctx, protectFor) })
	if err != nil && !errors.Is(err, ErrRefused) {
		g.may = asked.Add(protectFor)
	}
	if err != nil {
		return g.fail("the task could not be protected; a deployment may stop its jobs", err)
	}
	if !asked.Before(g.holds) {
		g.began, g.hours = asked, 0
		g.log.Info("the task is protected from deployments and scale-in: jobs run that cannot be handed over", slog.Int("jobs", jobs))
	}
	g.holds, g.may = asked.Add(protectFor), asked.Add(protectFor)
	g.calm()
	g.tellHours()
	return protectFor - renewBefore
}

func (g *Guard) unprotect(ctx context.Context) time.Duration {
	if err := g.call(ctx, g.agent.Unprotect); err != nil {
		if !errors.Is(err, ErrRefused) {
			g.holds = time.Time{} // it may have been done although the answer was lost
		}
		return g.fail("the task could not be freed of its protection; deployments wait until that ends by itself", err)
	}
	if !g.began.IsZero() {
		g.log.Info("the task is not protected any more", slog.Duration("was", time.Since(g.began).Round(time.Second)))
	}
	g.holds, g.may, g.began = time.Time{}, time.Time{}, time.Time{}
	g.calm()
	return loop.Never
}

func (g *Guard) call(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return do(ctx)
}

// fail notes a failure, tells the first of a row, and says when to try again.
func (g *Guard) fail(what string, err error) time.Duration {
	pause := g.retry.Next()
	if errors.Is(err, ErrRefused) {
		pause = refusedRest
	}
	g.next = time.Now().Add(pause)
	if !g.failed {
		g.log.Warn(what, slog.Any("error", err), slog.Duration("again_in", pause))
	}
	g.failed = true
	return pause
}

// calm forgets failures. Only an answer does: who has not the right to ask is not asked
// about with each job.
func (g *Guard) calm() {
	g.retry.Reset()
	g.next, g.failed = time.Time{}, false
}

// tellHours says each hour that deployments wait: a worker that is never idle holds them
// up for ever.
func (g *Guard) tellHours() {
	if n := int(time.Since(g.began) / time.Hour); n > g.hours {
		g.hours = n
		g.log.Warn("the task has been protected for hours without a break; deployments and scale-in wait for it",
			slog.Int("hours", n), slog.String("hint", "give the kinds whose jobs are cheap to do again tasuki.Protect(false), or make loops of long jobs"))
	}
}
