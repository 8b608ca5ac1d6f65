package otel

import (
	"context"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/tasuki-jobs/tasuki/store"
)

// tag is how a tag that says where a job comes from begins: as W3C Trace Context
// names its header.
const tag = "traceparent:"

// Link answers jobs that say by a tag in which span they were made; each of their
// runs has a link to it. Use it where jobs are enqueued:
//
//	tasuki.Enqueue(ctx, st, otel.Link(ctx, Mail.Job(to))...)
//
// A tag is stored, listed and searchable like any other: 67 bytes a job. Without a
// span in ctx, or where the tag would be too much for a job's tags, the job stays
// as it is. Baggage and tracestate do not travel.
func Link(ctx context.Context, jobs ...store.Job) []store.Job {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	parent := carrier["traceparent"]
	linked := slices.Clone(jobs)
	if parent == "" {
		return linked
	}
	for i := range linked {
		tags := slices.DeleteFunc(slices.Clone(linked[i].Tags), func(t string) bool { return strings.HasPrefix(t, tag) })
		if tags = append(tags, tag+parent); length(tags) <= store.MaxTags {
			linked[i].Tags = tags
		}
	}
	return linked
}

func length(tags []string) (n int) {
	for _, t := range tags {
		n += len(t)
	}
	return n
}

// enqueuer is the span in which a job with these tags was made; not valid if they
// do not say.
func enqueuer(tags []string) trace.SpanContext {
	for _, t := range tags {
		if parent, ok := strings.CutPrefix(t, tag); ok {
			ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": parent})
			return trace.SpanContextFromContext(ctx)
		}
	}
	return trace.SpanContext{}
}
