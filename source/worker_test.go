package source_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// Sources under a real worker, in a bubble of its own time.

var importing = tasuki.NewKind[string]("import")

// work runs handlers on a store until the worker is stopped.
func work(t *testing.T, st store.Store, h tasuki.Handler) *tasuki.Worker {
	t.Helper()
	w, err := tasuki.New(st, tasuki.Config{Handlers: []tasuki.Handler{h}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	return w
}

func enqueue(t *testing.T, st store.Store) string {
	t.Helper()
	job := importing.Job("x", tasuki.Keep(time.Hour))
	if _, err := tasuki.Enqueue(t.Context(), st, job); err != nil {
		t.Fatal(err)
	}
	return job.ID
}

func jobIs(t *testing.T, st store.Store, id string, want store.State) store.Record {
	t.Helper()
	p, err := st.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil || len(p.Jobs) != 1 {
		t.Fatalf("%d jobs, %v", len(p.Jobs), err)
	}
	if got := p.Jobs[0]; got.State != want {
		t.Fatalf("job is %s (%+v), want %s", got.State, got.Failure, want)
	}
	return p.Jobs[0]
}

// over makes a handler that goes over a source and notes each item.
func over[C, T any](src tasuki.Source[C, T], note func(context.Context, T)) tasuki.Handler {
	return tasuki.Each(importing, func(string) tasuki.Source[C, T] { return src }, func(ctx context.Context, _ string, item T) error {
		note(ctx, item)
		return nil
	})
}

// failing runs a job over a source and answers how it failed.
func failing[C, T any](t *testing.T, src tasuki.Source[C, T]) (r store.Record) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		w := work(t, st, over(src, func(context.Context, T) {}))
		synctest.Wait()
		r = jobIs(t, st, id, store.Retry)
		w.Stop(t.Context())
	})
	return r
}

func wantFailure(t *testing.T, r store.Record, cursor string, wants ...string) {
	t.Helper()
	if string(r.Cursor) != cursor {
		t.Errorf("cursor %s, want %s", r.Cursor, cursor)
	}
	for _, want := range append(wants, `"import"`) {
		if !strings.Contains(r.Failure.Message, want) {
			t.Errorf("failure %q, want %q in it", r.Failure.Message, want)
		}
	}
}

// yielding is a source of these cursors.
func yielding(cursors ...string) tasuki.Source[string, string] {
	return tasuki.Source[string, string]{
		Cursor: func(s string) string { return s },
		After: func(context.Context, string) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, c := range cursors {
					if !yield(c, nil) {
						return
					}
				}
			}
		},
	}
}

func TestACursorThatComesTwiceFailsTheJobBehindTheItemDone(t *testing.T) {
	wantFailure(t, failing(t, yielding("a", "b", "b", "c")), `"b"`, `"b" twice`)
}

func TestATableWhoseKeysAreNotUniqueFailsTheJobBeforeItsFirstItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, st := tenPeople(t), memory.New(memory.Options{})
		id := enqueue(t, st)
		src := people(db, source.Key{Column: "age"}).Rows()
		w := work(t, st, over(src, func(context.Context, source.Row[int]) { t.Error("an item was begun") }))
		<-time.After(100 * time.Millisecond)
		r := jobIs(t, st, id, store.Retry)
		w.Stop(t.Context())
		wantFailure(t, r, "", `{"age":0}`, "unique", "people")
	})
}

func TestACursorOfAMiBFailsTheJob(t *testing.T) {
	src := source.Poll(func(_ context.Context, token string) ([]int, string, error) {
		return []int{1}, token + strings.Repeat("x", 1<<20), nil
	})
	wantFailure(t, failing(t, src), "", "over the limit")
}

func TestAPageTokenThatNeverEndsIsStoppedBetweenItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		n := 0
		src := source.Poll(func(_ context.Context, token int) ([]int, int, error) { return []int{1}, token + 1, nil })
		w := work(t, st, over(src, func(context.Context, source.Item[source.Page[int], int]) { n++; <-time.After(time.Second) }))
		<-time.After(10500 * time.Millisecond)
		w.Stop(t.Context())
		if r := jobIs(t, st, id, store.Ready); string(r.Cursor) != `{"token":11}` || n != 11 {
			t.Errorf("cursor %s behind %d items", r.Cursor, n)
		}
	})
}

func TestAJobOverAFileThatWasReplacedFailsAndKeepsItsCursor(t *testing.T) {
	path := written(t, manyLines(50))
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		note := func(context.Context, source.Line) { <-time.After(time.Second) }
		w := work(t, st, over(lines(path), note))
		<-time.After(10500 * time.Millisecond)
		w.Stop(t.Context())
		before := jobIs(t, st, id, store.Ready)
		rewrite(t, path, strings.ToUpper(manyLines(50)))
		w = work(t, st, over(lines(path), note))
		synctest.Wait()
		wantFailure(t, jobIs(t, st, id, store.Retry), string(before.Cursor), path, "rotated", "line 11")
		w.Stop(t.Context())
	})
}

func TestAJobWhoseSourceIsAnotherAfterADeployFailsAndKeepsItsCursor(t *testing.T) {
	path := written(t, manyLines(50))
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		w := work(t, st, over(source.Slice(upTo(50)), func(context.Context, source.Item[int, int]) { <-time.After(time.Second) }))
		<-time.After(10500 * time.Millisecond)
		w.Stop(t.Context())
		w = work(t, st, over(lines(path), func(context.Context, source.Line) { t.Error("an item was begun") }))
		synctest.Wait()
		wantFailure(t, jobIs(t, st, id, store.Retry), "11", "cursor 11", "source.Offset")
		w.Stop(t.Context())
	})
}

func TestAJobOverCSVThatManyWorkersPassOnDoesEachRecordOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("id\n")
	for i := range 100 {
		fmt.Fprintln(&b, i)
	}
	f := table(written(t, b.String()))
	f.Count = true
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		var mu sync.Mutex
		var done []string
		note := func(_ context.Context, r source.Item[source.Offset, source.Record]) {
			mu.Lock()
			done = append(done, r.Value.Get("id"))
			mu.Unlock()
			<-time.After(time.Second)
		}
		for range 5 {
			w := work(t, st, over(source.CSV(f), note))
			<-time.After(14500 * time.Millisecond)
			w.Stop(t.Context())
			if r := jobIs(t, st, id, store.Ready); r.Progress.Done != int64(len(done)) || r.Progress.Total != 100 {
				t.Errorf("progress %+v behind %d records", r.Progress, len(done))
			}
		}
		w := work(t, st, over(source.CSV(f), note))
		<-time.After(time.Minute)
		jobIs(t, st, id, store.Done)
		w.Stop(t.Context())
		want := strings.Fields(b.String())[1:]
		if !slices.Equal(done, want) {
			t.Errorf("records %v", done)
		}
	})
}

func TestAStopDoesNotWaitForThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		id := enqueue(t, st)
		n := 0
		w := work(t, st, over(source.Pace(source.Slice(upTo(9)), 2, time.Hour), func(context.Context, source.Item[int, int]) { n++ }))
		<-time.After(time.Minute)
		began := time.Now()
		w.Stop(t.Context())
		if d := time.Since(began); d > 100*time.Millisecond {
			t.Errorf("the stop took %v", d)
		}
		if r := jobIs(t, st, id, store.Ready); string(r.Cursor) != "2" || n != 2 || r.Attempts != 0 {
			t.Errorf("cursor %s behind %d items, %d attempts", r.Cursor, n, r.Attempts)
		}
	})
}
