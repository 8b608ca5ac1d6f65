package redis

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestAJobThatRubyCancelledWhileItWaitedIsNotBegun: the state that Sidekiq's cancel! leaves
// then has nothing else in it.
func TestAJobThatRubyCancelledWhileItWaitedIsNotBegun(t *testing.T) {
	c, s, db := ruby(t, iterable)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob", Args: json.RawMessage(`"a"`), Unique: "u"}, store.Job{ID: "b", Kind: "GoJob", Args: json.RawMessage(`"b"`)})
	redistest.Eval[any](t, c, `Iterable.cancel!("a")`)
	ran := make(chan string, 10)
	engine(t, s, tasuki.NewKind[string]("GoJob").Do(func(_ context.Context, name string) error { ran <- name; return nil }))
	until(t, "a is cancelled", func() bool { _, is := inState(t, s, "a", store.Cancelled); return is })
	if got := told(t, ran); got != "b" || len(ran) != 0 {
		t.Errorf("%s ran", got)
	}
	if n := redistest.Ask[int64](t, db, "EXISTS", "it-a"); n != 0 {
		t.Error("the state is still there")
	}
	enqueue(t, s, store.Job{ID: "c", Kind: "GoJob", Args: json.RawMessage(`"c"`), Unique: "u"})
	if got := told(t, ran); got != "c" {
		t.Errorf("the unique key was not given up: %s ran", got)
	}
}

func TestRubysCancelStopsALoopInGoWithinFiveSeconds(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	enqueue(t, s, store.Job{ID: "a", Kind: "IterJob", Args: json.RawMessage(`[]`)})
	began, cancelled := make(chan struct{}), make(chan struct{})
	k := tasuki.NewKind[[]int]("IterJob")
	engine(t, s, tasuki.Each(k, func([]int) tasuki.Source[sidekiq.Next[int], sidekiq.Item[int, int]] { return numbers(1000).Source() },
		func(ctx context.Context, _ []int, item sidekiq.Item[int, int]) error {
			if item.Value == 0 { // nothing is written of it when it is cancelled
				close(began)
				<-ctx.Done()
			}
			return nil
		}, tasuki.OnCancel(func(context.Context) error { close(cancelled); return nil })))
	told(t, began)
	from := time.Now()
	redistest.Eval[any](t, c, `Iterable.cancel!("a")`)
	until(t, "a is cancelled", func() bool { _, is := inState(t, s, "a", store.Cancelled); return is })
	if took := time.Since(from); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	told(t, cancelled)
}

func TestAStateThatRubyLeftWithoutACursorHasOneBehindTheNextBeat(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	job := w.claim("GoJob")
	redistest.Eval[any](t, c, `Iterable.cancel!("a")`)
	var wrong *redistest.RubyError
	if err := c.Call(t.Context(), nil, `Iterable.query("a")`); !errors.As(err, &wrong) || wrong.Class != "TypeError" {
		t.Fatalf("Ruby's page says %v; it should stumble, or this test sees nothing", err)
	}
	if reply := w.beat(held(job)); len(reply.Cancelled) != 1 {
		t.Errorf("the beat says %+v", reply)
	}
	wantQuery(t, c, "a", `[0,null,0.0]`)
}

func TestOurCancelOfAnIterableJobInRubyCallsItsOnCancel(t *testing.T) {
	c, s, db := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "IterJob", "args" => [])`)
	if err := s.CancelIterable(t.Context(), jid); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, c, jid, `[0,null,0.0]`) // its pages show it while it waits
	if ttl := redistest.Ask[int64](t, db, "TTL", "it-"+jid); ttl > 30*24*3600 || ttl < 30*24*3600-60 {
		t.Errorf("it is kept for %d s, want 30 days as Ruby keeps it", ttl)
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default"); n != 1 {
		t.Errorf("%d jobs wait, want the one where it was", n)
	}
	got := redistest.Eval[json.RawMessage](t, c, `Iterable.run(args[0], [1, 2, 3])`, jid)
	if want := `[[],["start","cancel","stop","complete"]]`; string(got) != want {
		t.Errorf("in Ruby it did %s, want %s", got, want)
	}
	if n := redistest.Ask[int64](t, db, "EXISTS", "it-"+jid); n != 0 {
		t.Error("the state is still there")
	}
}

func TestOurCancelInPlaceKeepsTheCursorAndReachesJobsInGo(t *testing.T) {
	c, s, _ := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `jid = Sidekiq::Client.push("class" => "GoJob", "args" => []); Iterable.run(jid, [1, 2, 3], 2); jid`)
	if err := s.CancelIterable(t.Context(), jid); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, c, jid, `[1,2,0.5]`)
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "b", Kind: "GoJob"})
	if got := w.claim("GoJob"); got.ID != "b" {
		t.Errorf("claimed %s", got.ID)
	}
	if _, is := inState(t, s, jid, store.Cancelled); !is {
		t.Error("it is not cancelled")
	}
	if err := s.CancelIterable(t.Context(), ""); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("no id: %v", err)
	}
}

func TestMoveCancelsAWaitingJobOfRubysWithoutRubySeeingIt(t *testing.T) {
	c, s, db := ruby(t, iterable)
	jid := redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "IterJob", "args" => [])`)
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{jid}}, To: store.Cancelled}); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default") + redistest.Ask[int64](t, db, "EXISTS", "it-"+jid); n != 0 {
		t.Error("Ruby would still come to it")
	}
}

func TestAnotherKeyInThePlaceOfAStateStopsNobody(t *testing.T) {
	for _, o := range []store.Outcome{{Verb: store.Finish}, {Verb: store.HandOver}, {Verb: store.Fail}, {Verb: store.Cancel}, {Verb: store.Return}, {Verb: store.Bury}} {
		t.Run(string(o.Verb), func(t *testing.T) {
			db := redistest.Shared(t).DB(t)
			s := open(t, db)
			w := worker(t, s)
			redistest.Ask[string](t, db, "SET", "it-a", "somebody's")
			enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
			job := w.claim("GoJob")
			if reply := w.beat(held(job)); len(reply.Lost)+len(reply.Cancelled) != 0 {
				t.Errorf("the beat says %+v", reply)
			}
			o.Claim = held(job)
			w.settle(o)
			if reply := w.beat(held(job)); len(reply.Lost) != 1 {
				t.Errorf("the claim is still there: %+v", reply)
			}
		})
	}
}
