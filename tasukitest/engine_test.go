package tasukitest_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestAKillFindsTheSameHoweverLongItemsTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slowly := func(last int) tasuki.Source[int, int] {
			src := upTo(last)
			src.After = func(ctx context.Context, c int) iter.Seq2[int, error] {
				return func(yield func(int, error) bool) {
					for n := range upTo(last).After(ctx, c) {
						<-time.After(time.Minute) // the saver has time for the item before
						if !yield(n, nil) {
							return
						}
					}
				}
			}
			return src
		}
		h := tasuki.Each(count, slowly, func(context.Context, int, int) error { return nil })
		run := tasukitest.Run(t, h, count.Job(9), tasukitest.KillBefore("each", 5)).Want(store.Ready)
		if string(run.Cursor) != "3" || run.Progress.Done != 3 {
			t.Errorf("cursor %s, progress %+v", run.Cursor, run.Progress)
		}
	})
}

func TestAStoppedWorkerTakesNoOtherJob(t *testing.T) {
	for range 300 {
		box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{counting(new([]int))}})
		box.Enqueue(count.Job(1))
		if runs := box.Run(tasukitest.StopBefore("each", 1)); len(runs) != 2 {
			t.Fatalf("%v", runs)
		}
	}
}

func TestNothingWaitsInABox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mailed []Receipt
		var clock tasukitest.Clock
		plain := struct{ store.Store }{memory.New(memory.Options{Clock: clock.Now})} // it wakes nobody
		box := tasukitest.New(t, ordering(&mailed), tasukitest.On(plain, &clock))
		for n := range 100 {
			box.Enqueue(order.Job(Order{Number: n}))
		}
		if runs := box.Run(); len(runs) != 200 || time.Since(began) != 0 {
			t.Errorf("%d runs in %v", len(runs), time.Since(began))
		}
	})
}

func TestJobsAreInTheOrderInWhichTheyWereEnqueued(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{counting(new([]int))}})
	var want []string
	for range 5 {
		done, left := count.Job(1), order.Job(Order{})
		want = append(want, done.ID, left.ID)
		box.Enqueue(done)
		box.Pass(time.Minute)
		box.Enqueue(left)
		box.Pass(time.Minute)
	}
	var got []string
	for _, j := range box.Jobs() {
		got = append(got, j.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("jobs %v, want %v", got, want)
	}
}

func TestABoxRunsOneJobAfterAnotherInTheOrderOfTheirQueue(t *testing.T) {
	var ran []int
	h := count.Do(func(_ context.Context, n int) error {
		ran = append(ran, n)
		if n == 1 {
			return tasuki.Then(count.Job(3, tasuki.Priority(-1)))
		}
		return nil
	})
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{h}})
	box.Enqueue(count.Job(1), count.Job(4), count.Job(2, tasuki.Priority(-2)))
	box.Run()
	if want := []int{2, 1, 3, 4}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	if got := tasukitest.Enqueued(t, box.Jobs(), count); len(got) != 4 {
		t.Errorf("the box has seen %v", got)
	}
}

func TestAKilledWorkersHooksHearNothing(t *testing.T) {
	var heard []store.Verb
	cfg := tasuki.Config{OnJob: func(_ context.Context, e tasuki.JobEnd) { heard = append(heard, e.Verb) }}
	run := tasukitest.Run(t, counting(new([]int)), count.Job(9), tasukitest.Like(cfg), tasukitest.KillBefore("each", 5))
	run.Resume()
	if !slices.Equal(heard, []store.Verb{store.Finish}) {
		t.Errorf("heard %v", heard)
	}
}

func TestAJobThatIsTakenAwayIsRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var box *tasukitest.Box
		ran := 0
		box = tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{count.Do(func(ctx context.Context, _ int) error {
			if ran++; ran > 1 {
				return nil
			}
			workers, err := box.Store.Workers(ctx, store.WorkersRequest{})
			if err != nil || len(workers) != 1 {
				t.Errorf("workers %v, %v", workers, err)
			}
			_, err = box.Store.Release(ctx, store.ReleaseRequest{Worker: workers[0].Name, Beat: workers[0].Beat})
			<-ctx.Done() // the next beat tells
			return err
		})}})
		box.Enqueue(count.Job(1))
		runs := box.Run()
		if len(runs) != 2 || runs[0].Err != nil || runs[1].State != store.Done || runs[1].Releases != 1 {
			t.Errorf("%v", runs)
		}
	})
}

func TestAnUnknownKindIsLeftAloneInABox(t *testing.T) {
	var done []int
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{counting(&done)}})
	box.Enqueue(order.Job(Order{}), count.Job(1))
	if runs := box.Run(); len(runs) != 1 {
		t.Errorf("%v", runs)
	}
	if rec := tasukitest.WasEnqueued(t, box.Jobs(), order, Order{}); rec.State != store.Ready {
		t.Errorf("the other is %s", rec.State)
	}
}

func TestWhatSetResultKeepsIsInTheResult(t *testing.T) {
	h := count.Do(func(ctx context.Context, n int) error { return tasuki.SetResult(ctx, n*n) })
	if run := tasukitest.Run(t, h, count.Job(12)).Want(store.Done); string(run.Result) != "144" {
		t.Errorf("result %s", run.Result)
	}
}
