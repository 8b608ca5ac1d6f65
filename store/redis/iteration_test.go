package redis

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
)

//go:embed testdata/iterable.rb
var iterable string

// wantQuery checks what Ruby reads of a job's iteration state.
func wantQuery(t *testing.T, c *redistest.Client, jid, want string) {
	t.Helper()
	if got := redistest.Eval[json.RawMessage](t, c, `Iterable.query(args[0])`, jid); string(got) != want {
		t.Errorf("Ruby reads executions, cursor, run time %s; want %s", got, want)
	}
}

func TestRubyReadsHowFarAJobInGoIs(t *testing.T) {
	c, s, db := ruby(t, iterable)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	job := w.claim("GoJob")
	wantQuery(t, c, "a", `null`)
	w.save(job, 1, `20`, nil)
	w.save(job, 2, `21`, nil)
	wantQuery(t, c, "a", `[1,21,0.0]`)
	s.ahead.Add(8 * time.Second.Microseconds())
	w.settle(store.Outcome{Claim: held(job), Verb: store.HandOver, Cursor: json.RawMessage(`32`), Seq: 3})
	got := redistest.Eval[[]float64](t, c, `Iterable.query("a")`)
	if got[0] != 1 || got[1] != 32 || got[2] < 8 || got[2] > 60 {
		t.Errorf("after a run of 8 s Ruby reads %v", got)
	}
	job = w.claim("GoJob")
	w.save(job, 1, `{"id":7,"x":[null,"é"]}`, nil)
	rt := got[2]
	if got := redistest.Eval[[]any](t, c, `Iterable.query("a")`); got[0] != 2.0 || fmt.Sprint(got[1]) != "map[id:7 x:[<nil> é]]" || got[2] != rt {
		t.Errorf("in its second run Ruby reads %v", got)
	}
	if ttl := redistest.Ask[int64](t, db, "TTL", "it-a"); ttl < 30*24*3600 {
		t.Errorf("it is kept for %d s, Ruby keeps it for 30 days", ttl)
	}
}

func TestARunThatIsTakenBackCountsAsARunWithoutItsTime(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	w.save(w.claim("GoJob"), 1, `5`, nil)
	s.ahead.Add(8 * time.Second.Microseconds())
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone"}); err != nil || !r.Released {
		t.Fatalf("%+v, %v", r, err)
	}
	wantQuery(t, c, "a", `[1,5,0.0]`)
}

func TestEveryRunThatEndsCountsInTheState(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	w := worker(t, s)
	for _, o := range []store.Outcome{{Verb: store.Snooze}, {Verb: store.Fail, Failure: &store.Failure{Class: "E"}}, {Verb: store.HandOver}, {Verb: store.Bury}} {
		id := string(o.Verb)
		redistest.Eval[any](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "jid" => args[0]); Iterable.run(args[0], [1, 2, 3], 1)`, id)
		o.Claim = held(w.claim("GoJob"))
		s.ahead.Add(1e6)
		w.settle(o) // it did no item
		got := redistest.Eval[[]float64](t, c, `Iterable.query(args[0])`, id)
		if got[0] != 2 || got[1] != 1 || got[2] < 1.5 || got[2] > 60 {
			t.Errorf("%s: Ruby reads %v, want a second run of 1 s behind one of 0.5 s", id, got)
		}
		if o.Verb != store.Bury {
			w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Finish})
		}
	}
}

func TestAStateOfProgressAloneHasACursorForRuby(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	job := w.claim("GoJob")
	w.save(job, 1, "", &store.Progress{Done: 3, Total: 9})
	wantQuery(t, c, "a", `[1,null,0.0]`)
	w.settle(store.Outcome{Claim: held(job), Verb: store.HandOver})
	if again := w.claim("GoJob"); again.Cursor != nil || again.Progress.Done != 3 {
		t.Errorf("claimed with cursor %s and progress %+v", again.Cursor, again.Progress)
	}
}

// numbers are those below a limit, for a kind that Ruby runs, too.
func numbers(limit int) sidekiq.Iterable[int, int] {
	return sidekiq.Iterable[int, int]{
		From: func(_ context.Context, c *int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				from := 0
				if c != nil {
					from = *c
				}
				for i := from; i < limit && yield(i, nil); i++ {
				}
			}
		},
		Cursor: func(i int) int { return i },
	}
}

// upTo runs a job in Go that goes through numbers, until one in front of which its worker
// stops, or to its end; it answers what was done.
func upTo(t *testing.T, s *Store, limit, stop int) (done []int) {
	t.Helper()
	so := make(chan struct{})
	k := tasuki.NewKind[[]int]("IterJob")
	w := engine(t, s, tasuki.Each(k, func([]int) tasuki.Source[sidekiq.Next[int], sidekiq.Item[int, int]] { return numbers(limit).Source() },
		func(ctx context.Context, _ []int, item sidekiq.Item[int, int]) error {
			if done = append(done, item.Value); item.Value == stop-1 && stop < limit {
				close(so)
				<-tasuki.Stopping(ctx)
			}
			return nil
		}, tasuki.OnComplete(func(context.Context) error { close(so); return nil })))
	told(t, so)
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return done
}

func TestRubyAndGoHandAnIterableJobToAndFroWithEachItemOnce(t *testing.T) {
	c, s, db := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `LIST = (0...20).to_a; Sidekiq::Client.push("class" => "IterJob", "args" => [])`)
	inRuby := func(stop any) []int {
		all := redistest.Eval[[]json.RawMessage](t, c, `Iterable.run(args[0], LIST, args[1])`, jid, stop)
		var done []int
		if err := json.Unmarshal(all[0], &done); err != nil {
			t.Fatal(err)
		}
		return done
	}
	wantNumbers(t, "Ruby", inRuby(4), 0, 4)
	wantNumbers(t, "Go", upTo(t, s, 20, 9), 4, 9)
	wantNumbers(t, "Ruby again", inRuby(11), 9, 11)
	wantNumbers(t, "Go again", upTo(t, s, 20, 13), 11, 13)
	wantNumbers(t, "Go once more", upTo(t, s, 20, 15), 13, 15)
	wantNumbers(t, "Ruby at last", inRuby(nil), 15, 20)
	if n := redistest.Ask[int64](t, db, "EXISTS", "it-"+jid); n != 0 {
		t.Error("Ruby's end left a state")
	}
}

func wantNumbers(t *testing.T, who string, got []int, from, to int) {
	t.Helper()
	var want []int
	for i := from; i < to; i++ {
		want = append(want, i)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s did %v, want %v", who, got, want)
	}
}

func TestGoEndsWhatRubyBegan(t *testing.T) {
	c, s, db := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `jid = Sidekiq::Client.push("class" => "IterJob", "args" => []); Iterable.run(jid, (0...6).to_a, 5); jid`)
	wantNumbers(t, "Go", upTo(t, s, 6, 6), 5, 6)
	if job, done := inState(t, s, jid, store.Done); !done && job.ID != "" || redistest.Ask[int64](t, db, "LLEN", "queue:default") != 0 {
		t.Errorf("the job is not done: %+v", job)
	}
}

// TestALoopThatDoesNotKnowRubysCursorsRefusesThem: it would leave the item out that comes
// next. Nothing is done, and Ruby's cursor is kept.
func TestALoopThatDoesNotKnowRubysCursorsRefusesThem(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `jid = Sidekiq::Client.push("class" => "IterJob", "args" => []); Iterable.run(jid, (0...6).to_a, 3); jid`)
	done := make(chan int, 6)
	k := tasuki.NewKind[[]int]("IterJob")
	engine(t, s, tasuki.Each(k, func([]int) tasuki.Source[int, int] {
		return tasuki.Source[int, int]{Cursor: func(i int) int { return i }, After: func(_ context.Context, c int) iter.Seq2[int, error] {
			return numbers(6).From(t.Context(), &c)
		}}
	}, func(_ context.Context, _ []int, i int) error { done <- i; return nil }))
	var job store.Record
	until(t, "the job has failed", func() bool { var is bool; job, is = inState(t, s, jid, store.Retry); return is })
	if len(done) != 0 || job.Failure == nil || !strings.Contains(job.Failure.Message, "written by Ruby, next comes") {
		t.Errorf("%d items were done, the failure is %+v", len(done), job.Failure)
	}
	if got := redistest.Eval[[]float64](t, c, `Iterable.query(args[0])`, jid); got[1] != 3 {
		t.Errorf("Ruby reads %v, want its cursor 3", got)
	}
}

// TestRubysCursorIsStillRubysWhenAJobInGoWritesItBack: with its progress, for one, behind
// which no item was done.
func TestRubysCursorIsStillRubysWhenAJobInGoWritesItBack(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `jid = Sidekiq::Client.push("class" => "GoJob", "args" => []); Iterable.run(jid, [1, 2, 3], 2); jid`)
	w := worker(t, s)
	job := w.claim("GoJob")
	w.save(job, 1, string(job.Cursor), &store.Progress{Done: 1})
	wantQuery(t, c, jid, `[2,2,0.5]`)
	w.settle(store.Outcome{Claim: held(job), Verb: store.HandOver})
	if again := w.claim("GoJob"); string(again.Cursor) != string(job.Cursor) {
		t.Errorf("the next run gets cursor %s, the first got %s", again.Cursor, job.Cursor)
	}
}

func TestAnErrorLeavesTheItemInHandForWhoeverComesNext(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	enqueue(t, s, store.Job{ID: "a", Kind: "IterJob", Args: json.RawMessage(`[]`)})
	k := tasuki.NewKind[[]int]("IterJob")
	engine(t, s, tasuki.Each(k, func([]int) tasuki.Source[sidekiq.Next[int], sidekiq.Item[int, int]] { return numbers(9).Source() },
		func(_ context.Context, _ []int, item sidekiq.Item[int, int]) error {
			if item.Value == 7 {
				return errors.New("boom at 7")
			}
			return nil
		}))
	until(t, "the job has failed", func() bool { _, is := inState(t, s, "a", store.Retry); return is })
	if got := redistest.Eval[[]float64](t, c, `Iterable.query("a")`); got[0] != 1 || got[1] != 7 {
		t.Errorf("Ruby reads %v, want one execution and cursor 7", got)
	}
}
