package otel_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/otel"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestARunIsASpanThatTheHandlerIsIn(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		job := task.Job(1, tasuki.Queue("q"))
		enqueued(t, st, job)
		var inside, around trace.SpanContext
		cfg := doing(func(ctx context.Context) error {
			inside = trace.SpanContextFromContext(ctx)
			pass(3 * time.Second)
			return nil
		})
		cfg.Queues = []tasuki.WeightedQueue{{Name: "q"}}
		cfg.Middleware = []tasuki.Middleware{func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
			return func(ctx context.Context) error {
				around = trace.SpanContextFromContext(ctx)
				return next(ctx)
			}
		}}
		w := l.started(t, st, cfg)
		pass(time.Second)
		if n := l.Open(); n != 1 {
			t.Errorf("%d spans are open, want 1", n)
		}
		pass(4 * time.Second)
		if n := l.Open(); n != 0 {
			t.Errorf("%d spans are open, want none", n)
		}
		s := l.span(t)
		if s.Name() != "task" || s.SpanKind() != trace.SpanKindConsumer || !inside.Equal(s.SpanContext()) || !around.Equal(s.SpanContext()) ||
			s.EndTime().Sub(s.StartTime()) != 3*time.Second || s.Status().Code != codes.Unset || len(s.Links()) != 0 {
			t.Errorf("span %s %v, %v long, status %v, links %v", s.Name(), s.SpanKind(), s.EndTime().Sub(s.StartTime()), s.Status(), s.Links())
		}
		got := tags(s.Attributes())
		for key, want := range map[string]string{
			"messaging.system": "tasuki", "messaging.operation.type": "process", "messaging.operation.name": "run",
			"messaging.destination.name": "q", "messaging.message.id": job.ID, "messaging.client.id": w.Name(),
			"tasuki.kind": "task", "tasuki.attempt": "1", "tasuki.interruptions": "0", "tasuki.releases": "0", "tasuki.outcome": "done",
		} {
			if got[key] != want {
				t.Errorf("%s is %q, want %q", key, got[key], want)
			}
		}
	})
}

func TestAFailureIsAnErrorWithItsText(t *testing.T) {
	for name, do := range map[string]func(context.Context) error{
		"bad luck":                          func(context.Context) error { return errors.New("bad luck") },
		"useless":                           func(context.Context) error { return tasuki.Discard(errors.New("useless")) },
		"panic: oh":                         func(context.Context) error { panic("oh") },
		"the handler called runtime.Goexit": func(context.Context) error { runtime.Goexit(); return nil },
		"failed":                            func(context.Context) error { return nasty{} },
	} {
		bubble(t, func(t *testing.T, st *memory.Store) {
			l := newLab(t, otel.Options{})
			enqueued(t, st, task.Job(1))
			cfg, heard := doing(do), false
			cfg.OnJob = func(context.Context, tasuki.JobEnd) { heard = true }
			l.started(t, st, cfg)
			synctest.Wait()
			if !heard {
				t.Errorf("%s: OnJob did not hear of it", name)
			}
			if s := l.span(t); s.Status().Code != codes.Error || s.Status().Description != name {
				t.Errorf("status %+v, want the error %q", s.Status(), name)
			}
		})
	}
}

// nasty is an error that cannot even be asked.
type nasty struct{}

func (nasty) Error() string { panic("no text") }

func TestAHandOverIsAnEventAndNoError(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		enqueued(t, st, task.Job(1))
		w := l.started(t, st, doing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		synctest.Wait()
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := l.span(t)
		if s.Status().Code != codes.Unset || len(s.Events()) != 1 || s.Events()[0].Name != "tasuki.handed_over" || tags(s.Attributes())["tasuki.outcome"] != "handed_over" {
			t.Fatalf("status %v, events %v", s.Status(), s.Events())
		}
		if got := tags(s.Events()[0].Attributes); got["tasuki.reason"] != "last_call" || got["tasuki.redo"] != "22" {
			t.Errorf("event %v", got)
		}
	})
}

// deaf is a store that one worker no longer reaches.
type deaf struct {
	store.Store
	off chan struct{}
}

func (d *deaf) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	select {
	case <-d.off:
		return store.BeatReply{}, errors.New("connection refused")
	default:
		return d.Store.Beat(ctx, req)
	}
}

func TestAReleaseIsASpanOfItsOwnAndTheOldRunIsLost(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		way := &deaf{st, make(chan struct{})}
		dying, living := newLab(t, otel.Options{}), newLab(t, otel.Options{})
		job := task.Job(1)
		enqueued(t, st, job)
		old := dying.started(t, way, doing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		pass(10 * time.Second)
		close(way.off)
		w := living.started(t, st, doing(func(context.Context) error { return nil }))
		pass(20 * time.Second)
		spans := map[string]sdktrace.ReadOnlySpan{}
		for _, s := range living.spans.Ended() {
			spans[s.Name()] = s
		}
		if len(living.spans.Ended()) != 2 || spans["release"] == nil || spans["task"] == nil {
			t.Fatalf("spans %v, want a release and a run", spans)
		}
		s := spans["release"]
		if got := tags(s.Attributes()); got["tasuki.dead"] != old.Name() || got["messaging.client.id"] != w.Name() || got["tasuki.jobs"] != "1" {
			t.Errorf("release %v", got)
		}
		if len(s.Events()) != 1 || s.Events()[0].Name != "tasuki.released" {
			t.Fatalf("events %v", s.Events())
		}
		if got := tags(s.Events()[0].Attributes); got["messaging.message.id"] != job.ID || got["tasuki.kind"] != "task" ||
			got["tasuki.state"] != "ready" || got["tasuki.ran"] != "9" || got["tasuki.cursor"] != "false" {
			t.Errorf("event %v", got)
		}
		if got := tags(spans["task"].Attributes()); got["tasuki.releases"] != "1" || got["tasuki.attempt"] != "1" {
			t.Errorf("the run after it %v", got)
		}
	})
}

func TestALostRunEndsItsSpanWithoutError(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		enqueued(t, st, task.Job(1))
		w := l.started(t, st, doing(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
		pass(time.Second)
		w.Quiet()
		synctest.Wait()
		ws, _ := st.Workers(t.Context(), store.WorkersRequest{})
		if r, err := st.Release(t.Context(), store.ReleaseRequest{Worker: w.Name(), Beat: ws[0].Beat}); !r.Released || err != nil {
			t.Fatal(r, err)
		}
		pass(5 * time.Second)
		if s := l.span(t); s.Status().Code != codes.Unset || len(s.Events()) != 1 || s.Events()[0].Name != "tasuki.lost" || tags(s.Attributes())["tasuki.outcome"] != "lost" {
			t.Errorf("status %v, events %v", s.Status(), s.Events())
		}
	})
}

func TestALinkedJobsRunsPointToWhereItWasEnqueued(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		ctx, from := l.tracer.Tracer("web").Start(t.Context(), "POST /orders")
		plain := []store.Job{task.Job(1, tasuki.Tags("a"))}
		linked := otel.Link(ctx, plain...)
		enqueued(t, st, linked...)
		if len(plain[0].Tags) != 1 || len(linked[0].Tags) != 2 || linked[0].Tags[0] != "a" {
			t.Fatalf("tags %v and %v, want the job itself untouched", plain[0].Tags, linked[0].Tags)
		}
		if again := otel.Link(ctx, linked...); len(again[0].Tags) != 2 {
			t.Errorf("linked twice: %v", again[0].Tags)
		}
		l.started(t, st, doing(func(context.Context) error { return nil }))
		synctest.Wait()
		s := l.span(t)
		if links := s.Links(); len(links) != 1 || links[0].SpanContext.SpanID() != from.SpanContext().SpanID() ||
			links[0].SpanContext.TraceID() != from.SpanContext().TraceID() || !links[0].SpanContext.IsRemote() {
			t.Errorf("links %v, want to %v", links, from.SpanContext())
		}
		if s.Parent().IsValid() {
			t.Error("the run is a child of the request, want a trace of its own")
		}
	})
}

func TestAJobThatCannotCarryALinkStaysAsItIs(t *testing.T) {
	l := newLab(t, otel.Options{})
	if jobs := otel.Link(t.Context(), task.Job(1)); len(jobs) != 1 || len(jobs[0].Tags) != 0 {
		t.Errorf("without a span: %v", jobs)
	}
	ctx, _ := l.tracer.Tracer("web").Start(t.Context(), "request")
	full := task.Job(1, tasuki.Tags(string(make([]byte, store.MaxTags-10))))
	if jobs := otel.Link(ctx, full); len(jobs[0].Tags) != 1 {
		t.Errorf("%d tags on a job that had no room", len(jobs[0].Tags))
	}
}

func TestATagThatIsNoTraceparentMakesNoLink(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		l := newLab(t, otel.Options{})
		enqueued(t, st, task.Job(1, tasuki.Tags("traceparent:nonsense")))
		l.started(t, st, doing(func(context.Context) error { return nil }))
		synctest.Wait()
		if s := l.span(t); len(s.Links()) != 0 {
			t.Errorf("links %v", s.Links())
		}
	})
}
