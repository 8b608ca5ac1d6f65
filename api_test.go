package tasuki_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestAJobsOwnOptionsWinOverItsKinds(t *testing.T) {
	k := tasuki.NewKind[int]("k", tasuki.Queue("slow"), tasuki.Priority(5), tasuki.MaxAttempts(3), tasuki.Tags("a"), tasuki.Keep(time.Hour))
	j := k.Job(1, tasuki.Priority(-1), tasuki.Timeout(time.Minute), tasuki.Unique("u"), tasuki.Delay(time.Second))
	if j.Kind != "k" || j.Queue != "slow" || j.Priority != -1 || j.MaxAttempts != 3 || j.Timeout != time.Minute ||
		j.Unique != "u" || j.Delay != time.Second || j.Tags[0] != "a" || j.Keep != time.Hour || string(j.Args) != "1" {
		t.Errorf("job %+v", j)
	}
	if other := k.Job(1); other.ID == j.ID || len(j.ID) != 36 {
		t.Errorf("ids %q and %q, want two UUIDs", j.ID, other.ID)
	}
}

func TestAtIsTheTimeFromNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if d := task.Job(1, tasuki.At(time.Now().Add(time.Hour))).Delay; d != time.Hour {
			t.Errorf("delay %v, want 1h", d)
		}
	})
}

func TestUniqueArgsKeepsTheSameArgumentsOutUntilTheJobIsDone(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		k := tasuki.NewKind[int]("task", tasuki.UniqueArgs())
		first := k.Job(1)
		got, err := tasuki.Enqueue(t.Context(), st, first, k.Job(1), k.Job(2))
		if err != nil || got[0].What != store.Added || got[1].What != store.Duplicate || got[1].ID != first.ID || got[2].What != store.Added {
			t.Fatalf("%+v, %v; want the second kept out by the first", got, err)
		}
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{k.Do(func(context.Context, int) error { return nil })}})
		synctest.Wait()
		enqueued(t, st, k.Job(1))
	})
}

func TestArgumentsThatDoNotBecomeJSONAreRefusedByEnqueue(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		_, err := tasuki.Enqueue(t.Context(), st, tasuki.NewKind[chan int]("k").Job(nil))
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "chan int") {
			t.Errorf("error %v, want one that wraps ErrInvalid and names the type", err)
		}
	})
}

func TestAPayloadOverTheLimitIsRefusedWithTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		_, err := tasuki.Enqueue(t.Context(), st, tasuki.NewKind[string]("k").Job(strings.Repeat("x", store.MaxPayload)))
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "limit of 1048576") {
			t.Errorf("error %v, want the limit named", err)
		}
	})
}

func TestAnEnqueueWhoseReplyWasLostIsSentAgainAndAddsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := newLink(st)
		way.lose["enqueue"] = 2
		job := task.Job(1)
		got, err := tasuki.Enqueue(t.Context(), way, job)
		if err != nil || got[0].What != store.Known || got[0].ID != job.ID {
			t.Fatalf("%+v, %v; want it known", got, err)
		}
		if s, _ := st.Stats(t.Context()); s.Queues[0].Counts[store.Ready] != 1 {
			t.Errorf("counts %v, want one job", s.Queues[0].Counts)
		}
	})
}

func TestABadConfigIsRefusedWithTheNameOfItsField(t *testing.T) {
	st := memory.New(memory.Options{})
	h := task.Do(func(context.Context, int) error { return nil })
	for want, cfg := range map[string]tasuki.Config{
		"Config.Slots ":          {Slots: -1},
		"Config.Timeout ":        {Timeout: -time.Second},
		"Config.LastCall ":       {LastCall: time.Hour},
		"Config.Beat ":           {Beat: -1},
		"Config.Standstill ":     {Standstill: time.Second},
		"Config.Poll ":           {Poll: -1},
		"Config.Queues[1].Name ": {Queues: []tasuki.WeightedQueue{{Name: "a"}, {Name: "a"}}},
		"Config.Queues[0].Name ": {Queues: []tasuki.WeightedQueue{{}}},
		"Queues[0].Weight ":      {Queues: []tasuki.WeightedQueue{{Name: "a", Weight: -1}}},
		"Handlers[0] ":           {Handlers: []tasuki.Handler{{}}},
		"Handlers[1] ":           {Handlers: []tasuki.Handler{h, h}},
		"Handlers[0]: ":          {Handlers: []tasuki.Handler{tasuki.NewKind[int]("").Do(func(context.Context, int) error { return nil })}},
	} {
		if _, err := tasuki.New(st, cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q named", err, want)
		}
	}
	if _, err := tasuki.New(nil, tasuki.Config{}); err == nil {
		t.Error("a nil store is taken")
	}
}

func TestAStoreThatCannotDoWhatAHandlerWantsIsRefusedAtTheStart(t *testing.T) {
	st := memory.New(memory.Options{Features: &store.Features{}})
	h := tasuki.NewKind[int]("k", tasuki.UniqueArgs()).Do(func(context.Context, int) error { return nil })
	if _, err := tasuki.New(st, tasuki.Config{Handlers: []tasuki.Handler{h}}); err == nil || !strings.Contains(err.Error(), "unique") {
		t.Errorf("error %v, want what is missing named", err)
	}
}

func TestTheZeroConfigWorks(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		w := started(t, st, tasuki.Config{})
		pass(time.Minute)
		stopped(t, w)
	})
}

func TestAHandlerKnowsItsJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var got tasuki.Job
		job := task.Job(1, tasuki.Tags("x"))
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			pass(time.Second)
			got = tasuki.JobFrom(ctx)
			return nil
		})}})
		pass(2 * time.Second)
		synctest.Wait()
		if got.ID != job.ID || got.Kind != "task" || got.Queue != "default" || got.Attempt != 1 || got.Worker != w.Name() || got.Tags[0] != "x" || got.Ran != time.Second {
			t.Errorf("job %+v", got)
		}
		if none := tasuki.JobFrom(t.Context()); none.ID != "" {
			t.Errorf("outside of a job: %+v", none)
		}
	})
}

func TestALineLoggedWithTheJobsContextNamesTheJob(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var out bytes.Buffer
		log := slog.New(tasuki.LogHandler(slog.NewTextHandler(&out, nil))).With("app", "shop").WithGroup("g")
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			log.With("deep", 1).InfoContext(ctx, "hello", "n", 2)
			return nil
		})}})
		synctest.Wait()
		for _, want := range []string{" app=shop", " job=" + job.ID, " kind=task", " queue=default", " attempt=1", " g.deep=1", " g.n=2"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the line lacks %q: %s", want, out.String())
			}
		}
	})
}

func TestWhatNeedsAJobSaysSoOutsideOfOne(t *testing.T) {
	for name, err := range map[string]error{
		"Save": tasuki.Save(t.Context(), 1), "SetProgress": tasuki.SetProgress(t.Context(), 1, 2, ""), "SetResult": tasuki.SetResult(t.Context(), 1),
	} {
		if !errors.Is(err, tasuki.ErrNoJob) {
			t.Errorf("%s: error %v, want ErrNoJob", name, err)
		}
	}
	if _, ok := tasuki.Cursor[int](t.Context()); ok || tasuki.Stopping(t.Context()) != nil {
		t.Error("a context without a job has a cursor or a Stopping")
	}
}

func TestProgressIsShownWhileTheJobRuns(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			tasuki.SetProgress(ctx, 3, 10, "pages")
			<-ctx.Done()
			return ctx.Err()
		})}})
		pass(time.Second)
		if p := wantState(t, st, job.ID, store.Running).Progress; p != (store.Progress{Done: 3, Total: 10, Note: "pages"}) {
			t.Errorf("progress %+v", p)
		}
	})
}
