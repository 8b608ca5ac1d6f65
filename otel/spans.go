package otel

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/measure"
	"github.com/tasuki-jobs/tasuki/store"
)

// spans begin in the outermost middleware, so that the handler has them, and end
// in OnJob, which knows what became of the run.
type spans struct {
	tracer trace.Tracer

	mu   sync.Mutex
	open map[store.Claim]trace.Span // of the runs that have one
}

func newSpans(tracer trace.Tracer) *spans {
	return &spans{tracer: tracer, open: map[store.Claim]trace.Span{}}
}

func (s *spans) instrument(cfg tasuki.Config) tasuki.Config {
	cfg.Middleware = append([]tasuki.Middleware{s.around}, cfg.Middleware...)
	onJob, onEvent := cfg.OnJob, cfg.OnEvent
	cfg.OnJob = func(ctx context.Context, e tasuki.JobEnd) {
		s.end(ctx, e)
		if onJob != nil {
			onJob(ctx, e)
		}
	}
	cfg.OnEvent = func(ctx context.Context, e tasuki.Event) {
		if e.Name == tasuki.EventRelease {
			s.release(ctx, e)
		}
		if onEvent != nil {
			onEvent(ctx, e)
		}
	}
	return cfg
}

// around is the middleware.
func (s *spans) around(next tasuki.HandlerFunc) tasuki.HandlerFunc {
	return func(ctx context.Context) error {
		held, job := store.HeldFrom(ctx), tasuki.JobFrom(ctx)
		if held == nil {
			return next(ctx) // no run of a worker
		}
		opts := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(describe(job)...)}
		if from := enqueuer(job.Tags); from.IsValid() {
			opts = append(opts, trace.WithLinks(trace.Link{SpanContext: from}))
		}
		ctx, span := s.tracer.Start(ctx, job.Kind, opts...)
		s.mu.Lock()
		s.open[held.Claim] = span
		s.mu.Unlock()
		return next(ctx)
	}
}

// describe is a run as the conventions for messaging have it, as far as they fit.
func describe(j tasuki.Job) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("messaging.system", "tasuki"),
		attribute.String("messaging.operation.type", "process"),
		attribute.String("messaging.operation.name", "run"),
		attribute.String("messaging.destination.name", j.Queue),
		attribute.String("messaging.message.id", j.ID),
		attribute.String("messaging.client.id", j.Worker),
		attribute.String("tasuki.kind", j.Kind),
		attribute.Int("tasuki.attempt", j.Attempt),
		attribute.Int("tasuki.interruptions", j.Interruptions),
		attribute.Int("tasuki.releases", j.Releases),
	}
}

// end closes the span of a run that is over.
func (s *spans) end(ctx context.Context, e tasuki.JobEnd) {
	span := s.take(store.HeldFrom(ctx))
	if span == nil {
		return
	}
	defer span.End()
	span.SetAttributes(attribute.String("tasuki.outcome", measure.Outcome(e.Verb)),
		attribute.Int64("tasuki.items", e.Items), attribute.Float64("tasuki.waited", e.Waited.Seconds()))
	switch e.Verb {
	case store.HandOver:
		span.AddEvent("tasuki.handed_over", trace.WithAttributes(
			attribute.String("tasuki.reason", measure.Reason(ctx, e)), attribute.Float64("tasuki.redo", e.Redo.Seconds())))
	case "":
		span.AddEvent("tasuki.lost") // released to another worker, which has a span of its own
	case store.Fail, store.Bury:
		failed(span, e.Err)
	}
}

// take answers the open span of a run and forgets it; nil if there is none.
func (s *spans) take(held *store.Held) trace.Span {
	if held == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	span := s.open[held.Claim]
	delete(s.open, held.Claim)
	return span
}

// failed notes the error, whose own methods may panic: the outcome has it then.
func failed(span trace.Span, err error) {
	text := "failed"
	defer func() {
		recover()
		span.SetStatus(codes.Error, text)
	}()
	if err == nil {
		return
	}
	text = store.Clean(err.Error(), store.MaxMessage)
	span.RecordError(err)
}

// mostEvents is how many jobs of one release become events.
const mostEvents = 100

// release is a span of its own: whose runs were cut short cannot say so.
func (s *spans) release(ctx context.Context, e tasuki.Event) {
	_, span := s.tracer.Start(ctx, "release", trace.WithSpanKind(trace.SpanKindInternal), trace.WithNewRoot(), trace.WithTimestamp(e.At),
		trace.WithAttributes(attribute.String("messaging.system", "tasuki"), attribute.String("messaging.client.id", e.Worker),
			attribute.String("tasuki.dead", e.Dead), attribute.Int("tasuki.jobs", len(e.Released))))
	defer span.End(trace.WithTimestamp(time.Now()))
	for _, r := range e.Released[:min(len(e.Released), mostEvents)] {
		span.AddEvent("tasuki.released", trace.WithAttributes(attribute.String("messaging.message.id", r.ID),
			attribute.String("tasuki.kind", r.Kind), attribute.String("tasuki.state", string(r.State)),
			attribute.Float64("tasuki.ran", r.Ran.Seconds()), attribute.Bool("tasuki.cursor", r.Cursor)))
	}
}
