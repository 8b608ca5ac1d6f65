package tasuki_test

import (
	"context"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// overtaken is a way on which the third beat is slow to the store and the answer
// of a claim slow from it.
type overtaken struct{ store.Store }

func (o *overtaken) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	if req.Worker.Beat == 3 {
		pass(200 * time.Millisecond)
	}
	return o.Store.Beat(ctx, req)
}

func (o *overtaken) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	reply, err := o.Store.Claim(ctx, req)
	if len(reply.Jobs) > 0 {
		pass(3500 * time.Millisecond)
	}
	return reply, err
}

func TestAClaimThatOvertookABeatIsNotRunOnceTheStoreTookItBack(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var running, most atomic.Int32
		h := task.Do(func(ctx context.Context, _ int) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(20 * time.Second):
				return nil
			}
		})
		started(t, &overtaken{st}, tasuki.Config{Poll: 100 * time.Millisecond, Handlers: []tasuki.Handler{h}})
		pass(3050 * time.Millisecond) // the beat of 3.0 s reaches the store at 3.2 s
		enqueued(t, st, task.Job(1))
		pass(2 * time.Second)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(3 * time.Minute)
		if most.Load() != 1 {
			t.Errorf("the job ran %d times at once", most.Load())
		}
	})
}

func TestReadAheadIsNotStartedWithoutAnAnsweredBeat(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		var cutAt atomic.Int64
		var late atomic.Int32
		for i := range 3000 {
			enqueued(t, st, task.Job(i))
		}
		started(t, way, tasuki.Config{Slots: 2, ReadAhead: 100, Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error {
			pass(time.Millisecond)
			if at := cutAt.Load(); at != 0 && time.Now().UnixNano()-at > int64(9*time.Second) {
				late.Add(1)
			}
			return nil
		})}})
		pass(500 * time.Millisecond)
		way.set(func(l *link) { l.broken["beat"], l.broken["settle"] = true, true })
		cutAt.Store(time.Now().UnixNano())
		pass(time.Minute)
		if late.Load() != 0 {
			t.Errorf("%d jobs were started after 9 s without an answered beat", late.Load())
		}
		way.set(func(l *link) { l.broken["beat"], l.broken["settle"] = false, false })
		pass(time.Minute)
		if s, _ := st.Stats(t.Context()); s.Done != 3000 {
			t.Errorf("%d jobs are done in the end, want 3000", s.Done)
		}
	})
}

func TestNoItemOfALostJobBeginsWhenTheSleeperWakes(t *testing.T) {
	var begun atomic.Int32
	for range 10 {
		bubble(t, func(t *testing.T, st *memory.Store) {
			way := newLink(st)
			var woken atomic.Bool
			mine := tasuki.Each(walk, count, func(ctx context.Context, _, _ int) error {
				if woken.Load() && tasuki.JobFrom(ctx).Releases == 0 {
					begun.Add(1)
				}
				pass(time.Second)
				return nil
			})
			for range 10 {
				enqueued(t, st, walk.Job(1000))
			}
			started(t, way, tasuki.Config{ReadAhead: -1, Handlers: []tasuki.Handler{mine}})
			pass(5 * time.Second)
			started(t, st, tasuki.Config{ReadAhead: -1, Handlers: []tasuki.Handler{walking(time.Second, new(tally))}})
			gate := make(chan struct{})
			way.set(func(l *link) { l.frozen = gate })
			pass(30 * time.Second)
			woken.Store(true)
			way.set(func(l *link) { l.frozen = nil })
			close(gate)
			pass(2 * time.Second)
		})
	}
	if n := begun.Load(); n != 0 {
		t.Errorf("%d items of released jobs were begun by the sleeper", n)
	}
}

func TestWorkersWhoseBeatsDifferDoNotReleaseEachOther(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1, tasuki.Keep(time.Hour))
		enqueued(t, st, job)
		h := task.Do(func(context.Context, int) error { pass(2 * time.Minute); return nil })
		started(t, st, tasuki.Config{Beat: 15 * time.Second, Handlers: []tasuki.Handler{h}})
		synctest.Wait()
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		pass(10 * time.Minute)
		if r := wantState(t, st, job.ID, store.Done); r.Releases != 0 {
			t.Errorf("%d releases of a healthy worker's job", r.Releases)
		}
	})
}

func TestAHookThatWaitsForStopHoldsItUpNoLongerThanItsTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var w *tasuki.Worker
		w, err := tasuki.New(st, tasuki.Config{Timeout: time.Second, Logger: quietLog(), OnEvent: func(ctx context.Context, e tasuki.Event) {
			if e.Name == tasuki.EventBeat {
				w.Stop(ctx)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-w.Done()
		began := time.Now()
		if w.Stop(t.Context()); time.Since(began) > time.Second {
			t.Errorf("the stop took %v", time.Since(began))
		}
	})
}

func TestAnErrorWhoseMethodsPanicCountsAgainstMaxAttempts(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		if r := ran(t, st, func(context.Context, int) error { return &badError{} }, tasuki.MaxAttempts(1)); r.State != store.Dead {
			t.Errorf("job is %s after its only attempt", r.State)
		}
	})
}

func TestACursorOverTheStoresOwnLimitBuriesNothingAtAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{MaxPayload: 1000})
		from := func(int) tasuki.Source[string, string] {
			return tasuki.Source[string, string]{Cursor: func(s string) string { return s },
				After: func(context.Context, string) iter.Seq2[string, error] {
					return func(yield func(string, error) bool) { yield(strings.Repeat("x", 2000), nil) }
				}}
		}
		r := eaching(t, st, tasuki.Each(walk, from, func(context.Context, int, string) error { return nil }))
		if r.State != store.Retry || !strings.Contains(r.Failure.Message, "limit of 1000") {
			t.Errorf("job is %s: %v; want a failed attempt that names the limit", r.State, r.Failure)
		}
	})
}

func TestWhatTheStoreCannotDoIsRefusedByNew(t *testing.T) {
	all := memory.New(memory.Options{}).Features()
	h := walking(0, new(tally))
	for want, cfg := range map[string]tasuki.Config{
		"a cursor": {Handlers: []tasuki.Handler{h}},
		"weights":  {Queues: []tasuki.WeightedQueue{{Name: "a", Weight: 2}}},
		"tags":     {Handlers: []tasuki.Handler{tasuki.NewKind[int]("k", tasuki.Tags("x")).Do(func(context.Context, int) error { return nil })}},
		"kept":     {Handlers: []tasuki.Handler{tasuki.NewKind[int]("k", tasuki.Keep(1)).Do(func(context.Context, int) error { return nil })}},
	} {
		poor := all
		poor.Cursor, poor.Weights, poor.Tags, poor.Keep = false, false, false, false
		if _, err := tasuki.New(memory.New(memory.Options{Features: &poor}), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
		if _, err := tasuki.New(memory.New(memory.Options{Features: &all}), cfg); err != nil {
			t.Errorf("a store that can do all is refused: %v", err)
		}
	}
}

func TestTheDefaultBackoffGrowsAndIsNeverNegative(t *testing.T) {
	for n := 1; n < 2000; n++ {
		if d := tasuki.DefaultBackoff(n); d < 15*time.Second {
			t.Fatalf("DefaultBackoff(%d) = %v", n, d)
		}
	}
	if d := tasuki.DefaultBackoff(4); d < 96*time.Second || d > 136*time.Second {
		t.Errorf("DefaultBackoff(4) = %v, want 96 to 135 s", d)
	}
}
