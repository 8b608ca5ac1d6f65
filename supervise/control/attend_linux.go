package control

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/ecs"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// An attendant looks at the supervisor from outside its loop, and does what follows from
// how it is: tells systemd, gives up when no worker can ever work.
type attendant struct {
	v        *Service
	hopeless error
}

const attendEvery = 250 * time.Millisecond

func (a *attendant) attend(ctx context.Context) {
	tick := time.NewTicker(attendEvery)
	defer tick.Stop()
	for {
		st, err := a.v.status(ctx)
		if err != nil {
			return
		}
		a.v.notify.tell(st)
		if a.v.guard != nil {
			a.v.guard.Need(held(st))
		}
		a.judge(st)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// newGuard makes what protects this task, if it is one of ECS. There is one protection for
// the whole task, so it is the supervisor that asks for it.
func newGuard(log *slog.Logger) *ecs.Guard {
	uri := os.Getenv("ECS_AGENT_URI")
	if uri == "" {
		return nil
	}
	agent, err := ecs.NewAgent(uri)
	if err != nil {
		log.Warn("the task cannot be protected from deployments and scale-in", slog.Any("error", err))
		return nil
	}
	return ecs.NewGuard(agent, log)
}

// held is how many jobs run that cannot be handed over.
func held(st *supervise.Status) (jobs int) {
	for _, w := range st.Living() {
		jobs += w.Held
	}
	return jobs
}

// judge ends the supervisor if each slot has given up and nothing runs: what
// starts it again would only fail again.
func (a *attendant) judge(st *supervise.Status) {
	if a.hopeless != nil || st.State == supervise.Stopping || !st.Hopeless() {
		return
	}
	why := st.Slots[0].Broken
	if !strings.Contains(why, "(hint: ") {
		why += " (hint: mend its configuration, then start again)"
	}
	a.hopeless = fmt.Errorf("%w: %s", ErrRefused, why)
	a.v.log.Error("giving up", slog.Any("error", a.hopeless))
	a.v.s.Stop(0)
}
