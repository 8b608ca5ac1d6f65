package ecs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/ecs"
)

// A record is an agent that notes when it was asked for what, and fails as it is told.
type record struct {
	began time.Time
	hang  bool // it answers nothing

	mu    sync.Mutex
	calls []string
	err   error
	log   bytes.Buffer
}

func (r *record) note(ctx context.Context, what string) error {
	r.mu.Lock()
	r.calls = append(r.calls, fmt.Sprintf("%v %s", time.Since(r.began), what))
	err, hang := r.err, r.hang
	r.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func (r *record) Protect(ctx context.Context, d time.Duration) error {
	return r.note(ctx, fmt.Sprint("on ", d))
}
func (r *record) Unprotect(ctx context.Context) error { return r.note(ctx, "off") }

func (r *record) fails(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (r *record) want(t *testing.T, calls ...string) {
	t.Helper()
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := strings.Join(r.calls, ", "); got != strings.Join(calls, ", ") {
		t.Errorf("calls: %s\nwant:  %s\nlog: %s", got, strings.Join(calls, ", "), r.log.String())
	}
}

func (r *record) warnings() int { return strings.Count(r.log.String(), "level=WARN") }

// guarded runs a guard in a bubble of its own time. end ends it.
func guarded(t *testing.T, do func(t *testing.T, r *record, g *ecs.Guard, end func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &record{began: time.Now()}
		g := ecs.NewGuard(r, slog.New(slog.NewTextHandler(&r.log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); g.Run(ctx) }()
		end := func() { cancel(); <-done }
		defer end()
		do(t, r, g, end)
	})
}

func pass(d time.Duration) { <-time.After(d); synctest.Wait() }

func TestATaskIsProtectedWhileItIsNeededAndALittleLonger(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		pass(time.Minute)
		r.want(t)
		g.Need(2)
		r.want(t, "1m0s on 20m0s")
		pass(time.Minute)
		g.Need(1)
		g.Need(0)
		pass(29 * time.Second)
		r.want(t, "1m0s on 20m0s")
		pass(2 * time.Second)
		r.want(t, "1m0s on 20m0s", "2m30s off")
		pass(24 * time.Hour)
		r.want(t, "1m0s on 20m0s", "2m30s off")
	})
}

func TestABusyWorkerDoesNotAskAgainAndAgain(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		for range 20 {
			g.Need(1)
			pass(2 * time.Second)
			g.Need(0)
			pass(20 * time.Second)
		}
		r.want(t, "0s on 20m0s")
	})
}

func TestAProtectionIsRenewedLongBeforeItEnds(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		g.Need(1)
		pass(35 * time.Minute)
		r.want(t, "0s on 20m0s", "10m0s on 20m0s", "20m0s on 20m0s", "30m0s on 20m0s")
		if n := strings.Count(r.log.String(), "\n"); n != 1 {
			t.Errorf("%d lines are logged:\n%s", n, r.log.String())
		}
	})
}

func TestAFailureIsToldOnceAndTriedAgainMoreAndMoreRarely(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		r.fails(errors.New("500"))
		g.Need(1)
		pass(20 * time.Second)
		r.want(t, "0s on 20m0s", "1s on 20m0s", "3s on 20m0s", "7s on 20m0s", "15s on 20m0s")
		if n := r.warnings(); n != 1 {
			t.Errorf("%d warnings:\n%s", n, r.log.String())
		}
		r.fails(nil)
		pass(12 * time.Second)
		if !strings.Contains(r.log.String(), "the task is protected") {
			t.Errorf("it does not say that it is protected now:\n%s", r.log.String())
		}
	})
}

func TestWhoIsRefusedAsksRarelyAlsoWithEachNewJob(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		r.fails(fmt.Errorf("%w: no right", ecs.ErrRefused))
		for range 30 {
			g.Need(1)
			pass(5 * time.Second)
			g.Need(0)
			pass(15 * time.Second)
		}
		r.want(t, "0s on 20m0s", "5m0s on 20m0s")
		if n := r.warnings(); n != 1 {
			t.Errorf("%d warnings:\n%s", n, r.log.String())
		}
	})
}

func TestAProtectionWhoseAnswerWasLostIsTakenBackToo(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		r.fails(errors.New("connection reset"))
		g.Need(1)
		synctest.Wait()
		g.Need(0)
		r.fails(nil)
		pass(time.Hour)
		r.want(t, "0s on 20m0s", "30s off")
	})
}

func TestARefusedProtectionIsNotTakenBack(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, end func()) {
		r.fails(fmt.Errorf("%w: no right", ecs.ErrRefused))
		g.Need(1)
		synctest.Wait()
		g.Need(0)
		pass(time.Hour)
		end()
		r.want(t, "0s on 20m0s")
	})
}

func TestARenewalThatFailsIsTriedUntilItSucceeds(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		g.Need(1)
		pass(9 * time.Minute)
		r.fails(errors.New("500"))
		pass(12 * time.Minute) // it is over by then
		r.fails(nil)
		pass(2 * time.Minute)
		if n := strings.Count(r.log.String(), "the task is protected"); n != 2 {
			t.Errorf("it says %d times that the task came to be protected, want twice:\n%s", n, r.log.String())
		}
		if n := r.warnings(); n != 1 {
			t.Errorf("%d warnings:\n%s", n, r.log.String())
		}
	})
}

func TestTheEndTakesTheProtectionBackAndDoesNotWaitForLong(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, end func()) {
		g.Need(1)
		pass(time.Second)
		r.mu.Lock()
		r.hang = true
		r.mu.Unlock()
		end()
		r.want(t, "0s on 20m0s", "1s off")
		if took := time.Since(r.began); took != 2*time.Second {
			t.Errorf("the end took until %v, want 2s", took)
		}
	})
}

func TestAnAgentThatHangsHoldsUpNobody(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, end func()) {
		r.hang = true
		g.Need(1)
		synctest.Wait()
		for i := range 100 {
			g.Need(i)
		}
		if d := time.Since(r.began); d != 0 {
			t.Errorf("Need took %v", d)
		}
		end() // in the middle of the call
		if d := time.Since(r.began); d > time.Second {
			t.Errorf("the end took %v", d)
		}
	})
}

func TestThatAWorkerIsNeverIdleIsToldEachHour(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		g.Need(1)
		pass(3*time.Hour + time.Minute)
		if n := r.warnings(); n != 3 {
			t.Errorf("%d warnings, want 3:\n%s", n, r.log.String())
		}
	})
}

// The agent may have taken the protection back although its answer was lost.
func TestATaskWhoseFreeingWasNotAnsweredIsProtectedAgainAtOnce(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		g.Need(1)
		pass(time.Minute)
		g.Need(0)
		r.fails(errors.New("connection reset"))
		pass(30 * time.Second)
		r.want(t, "0s on 20m0s", "1m30s off")
		r.fails(nil)
		g.Need(1)
		pass(2 * time.Second)
		r.want(t, "0s on 20m0s", "1m30s off", "1m31s on 20m0s")
	})
}

func TestTheEndOfAProtectionIsToldAlsoIfItsFirstTryFailed(t *testing.T) {
	guarded(t, func(t *testing.T, r *record, g *ecs.Guard, _ func()) {
		g.Need(1)
		pass(time.Minute)
		g.Need(0)
		r.fails(errors.New("connection reset"))
		pass(30 * time.Second)
		r.fails(nil)
		pass(2 * time.Second)
		r.want(t, "0s on 20m0s", "1m30s off", "1m31s off")
		if !strings.Contains(r.log.String(), "is not protected any more") {
			t.Errorf("it does not say so:\n%s", r.log.String())
		}
	})
}
