package tasuki_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// BenchmarkEngine is what the engine itself costs per job: claims, runs and
// settles of no-op jobs on the memory store.
func BenchmarkEngine(b *testing.B) {
	st := memory.New(memory.Options{})
	noop := tasuki.NewKind[int]("noop")
	jobs := make([]store.Job, b.N)
	for i := range jobs {
		jobs[i] = noop.Job(i)
	}
	if _, err := tasuki.Enqueue(b.Context(), st, jobs...); err != nil {
		b.Fatal(err)
	}
	left := make(chan struct{}, b.N)
	w, err := tasuki.New(st, tasuki.Config{Slots: 100, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Handlers: []tasuki.Handler{noop.Do(func(context.Context, int) error { left <- struct{}{}; return nil })}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := w.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	for range b.N {
		<-left
	}
	if err := w.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
}
