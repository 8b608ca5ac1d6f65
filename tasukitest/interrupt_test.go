package tasukitest_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"database/sql"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// stepping is a handler of three steps, each of which notes that it ran.
func stepping(ran *[]string, during func(ctx context.Context, step string)) tasuki.Handler {
	return order.Do(func(ctx context.Context, o Order) error {
		for _, name := range []string{"reserve", "charge", "ship"} {
			if _, err := tasuki.Step(ctx, name, func(ctx context.Context) (string, error) {
				*ran = append(*ran, name)
				if during != nil {
					during(ctx, name)
				}
				return name + "d", nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAStopBeforeAStepLeavesThoseBeforeItDone(t *testing.T) {
	var ran []string
	run := tasukitest.Run(t, stepping(&ran, nil), order.Job(Order{}), tasukitest.StopBefore("charge", 1)).Want(store.Ready)
	if !slices.Equal(ran, []string{"reserve"}) {
		t.Errorf("ran %v", ran)
	}
	run.Resume().Want(store.Done)
	if !slices.Equal(ran, []string{"reserve", "charge", "ship"}) {
		t.Errorf("ran %v", ran)
	}
}

func TestAKillBeforeAStepLeavesThoseBeforeItDone(t *testing.T) {
	var ran []string
	tasukitest.Run(t, stepping(&ran, nil), order.Job(Order{}), tasukitest.KillBefore("ship", 1)).Want(store.Ready).Resume().Want(store.Done)
	if !slices.Equal(ran, []string{"reserve", "charge", "ship"}) {
		t.Errorf("ran %v", ran)
	}
}

func TestAKillInsideAStepLosesTheStep(t *testing.T) {
	var ran []string
	killed := false
	h := stepping(&ran, func(ctx context.Context, step string) {
		if step == "charge" && !killed {
			killed = true
			tasukitest.Kill(ctx)
		}
	})
	run := tasukitest.Run(t, h, order.Job(Order{})).Want(store.Ready)
	if run.Releases != 1 || run.Err != nil {
		t.Errorf("%+v", run)
	}
	run.Resume().Want(store.Done)
	if !slices.Equal(ran, []string{"reserve", "charge", "charge", "ship"}) {
		t.Errorf("ran %v", ran)
	}
}

func TestTheThirdKillWithoutProgressMakesTheJobDead(t *testing.T) {
	h := count.Do(func(ctx context.Context, _ int) error { tasukitest.Kill(ctx); return nil })
	run := tasukitest.Run(t, h, count.Job(1)).Want(store.Ready).Resume().Want(store.Ready).Resume().Want(store.Dead)
	if run.Attempts != 0 || run.Releases != 3 {
		t.Errorf("%+v", run)
	}
}

func TestAKillKeepsWhatAJobSavedByHand(t *testing.T) {
	var began []int
	h := count.Do(func(ctx context.Context, last int) error {
		from, _ := tasuki.Cursor[int](ctx)
		began = append(began, from)
		for n := from + 1; n <= last; n++ {
			if err := tasuki.Save(ctx, n); err != nil {
				return err
			}
			if n == 7 {
				tasukitest.Kill(ctx)
			}
		}
		return nil
	})
	tasukitest.Run(t, h, count.Job(10)).Want(store.Ready).Resume().Want(store.Done)
	if !slices.Equal(began, []int{0, 7}) {
		t.Errorf("runs began behind %v", began)
	}
}

func TestAStopFromInsideIsHeardByAJobThatKeepsItsOwnCursor(t *testing.T) {
	stop := true
	h := count.Do(func(ctx context.Context, _ int) error {
		if stop {
			tasukitest.Stop(ctx)
		}
		select {
		case <-tasuki.Stopping(ctx):
			return tasuki.Yield()
		default:
			return nil
		}
	})
	run := tasukitest.Run(t, h, count.Job(1)).Want(store.Ready)
	stop = false
	run.Resume().Want(store.Done)
}

func TestLastCallCancelsTheContextAtOnce(t *testing.T) {
	var cause error
	h := count.Do(func(ctx context.Context, _ int) error {
		tasukitest.LastCall(ctx)
		cause = context.Cause(ctx)
		return ctx.Err()
	})
	run := tasukitest.Run(t, h, count.Job(1)).Want(store.Ready)
	if !errors.Is(cause, tasuki.ErrStopping) || run.Attempts != 0 || run.Err != nil {
		t.Errorf("cause %v; %+v", cause, run)
	}
}

func TestACancelBeforeAnItemEndsTheJobThereAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done []int
		cleaned, began := false, time.Now()
		h := tasuki.Each(count, upTo, func(_ context.Context, _ int, n int) error {
			done = append(done, n)
			return nil
		}, tasuki.OnCancel(func(context.Context) error { cleaned = true; return nil }))
		tasukitest.Run(t, h, count.Job(10), tasukitest.CancelBefore("each", 4)).Want(store.Cancelled)
		if len(done) != 3 || !cleaned || time.Since(began) != 0 {
			t.Errorf("did %v, cleaned %v, in %v", done, cleaned, time.Since(began))
		}
	})
}

func TestAnotherVersionOfAHandlerGoesOnWhereTheFirstStopped(t *testing.T) {
	var first, second []int
	tasukitest.Run(t, counting(&first), count.Job(10), tasukitest.StopBefore("each", 5)).Resume(tasukitest.By(counting(&second))).Want(store.Done)
	if !slices.Equal(second, numbers(5, 10)) {
		t.Errorf("the second version did %v", second)
	}
}

func TestStepsInsideOfItemsAreCountedThroughTheRun(t *testing.T) {
	var charged []int
	h := tasuki.Each(count, upTo, func(ctx context.Context, _ int, n int) error {
		_, err := tasuki.Step(ctx, "charge", func(context.Context) (int, error) {
			charged = append(charged, n)
			return n, nil
		})
		return err
	})
	tasukitest.Run(t, h, count.Job(5), tasukitest.StopBefore("each/charge", 3)).Want(store.Ready).Resume().Want(store.Done)
	if !slices.Equal(charged, numbers(1, 5)) {
		t.Errorf("charged %v", charged)
	}
}

func TestLoopsAreInterruptedByTheirNames(t *testing.T) {
	var did []string
	note := func(what string) func(context.Context, int) error {
		return func(_ context.Context, n int) error {
			did = append(did, fmt.Sprint(what, n))
			return nil
		}
	}
	h := count.Do(func(ctx context.Context, last int) error {
		if err := tasuki.Loop(ctx, "read", upTo(last), func(ctx context.Context, n int) error {
			did = append(did, fmt.Sprint("read", n))
			return tasuki.Loop(ctx, "lines", upTo(2), note("line"))
		}); err != nil {
			return err
		}
		return tasuki.Loop(ctx, "write", upTo(last), note("write"))
	})
	run := tasukitest.Run(t, h, count.Job(2), tasukitest.StopBefore("read/lines", 4)).Want(store.Ready)
	run = run.Resume(tasukitest.StopBefore("write", 2)).Want(store.Ready)
	run.Resume().Want(store.Done)
	if want := []string{"read1", "line1", "line2", "read2", "line1", "read2", "line2", "write1", "write2"}; !slices.Equal(did, want) {
		t.Errorf("did %v, want %v", did, want)
	}
}

func TestAHandlerWithACommitRunsOnItsStore(t *testing.T) {
	var clock tasukitest.Clock
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), sqlite.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	db := st.DB()
	if _, err := db.Exec("CREATE TABLE written (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	killed := false
	h := tasuki.Each(count, upTo, func(ctx context.Context, _ int, n int) error {
		return st.Commit(ctx, func(tx *sql.Tx) error {
			_, err := tx.Exec("INSERT INTO written VALUES (?)", n)
			if n == 7 && !killed {
				killed = true
				tasukitest.Kill(ctx)
			}
			return err
		})
	})
	run := tasukitest.Run(t, h, count.Job(10), tasukitest.On(st, &clock), tasukitest.KillBefore("each", 4)).Want(store.Ready)
	if string(run.Cursor) != "3" {
		t.Errorf("committed up to %s", run.Cursor)
	}
	run = run.Resume().Want(store.Ready)
	if string(run.Cursor) != "6" {
		t.Errorf("committed up to %s", run.Cursor)
	}
	run.Resume().Want(store.Done)
	var rows, last int
	if err := db.QueryRow("SELECT count(*), max(n) FROM written").Scan(&rows, &last); err != nil || rows != 10 || last != 10 {
		t.Errorf("%d rows up to %d, %v: want each once", rows, last, err)
	}
}

func TestInABubbleAHandlersOwnTimersAreTurned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		h := tasuki.Each(count, upTo, func(context.Context, int, int) error {
			<-time.After(time.Hour)
			return nil
		}, tasuki.MaxRun(150*time.Minute))
		run := tasukitest.Run(t, h, count.Job(4)).Want(store.Ready)
		if run.Items != 3 || time.Since(began) != 3*time.Hour {
			t.Errorf("%d items in %v", run.Items, time.Since(began))
		}
		run.Resume(tasukitest.KillBefore("each", 1)).Resume().Want(store.Done)
	})
}

func TestAJobThatEnqueuesItsOwnKindIsStillTheOneThatIsResumed(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	fails := 0
	h := count.Do(func(ctx context.Context, n int) error {
		if fails++; fails > 1 || n != 1 {
			return nil
		}
		if _, err := tasuki.Enqueue(ctx, box.Store, count.Job(2), count.Job(3, tasuki.Priority(-1))); err != nil {
			return err
		}
		return errors.New("once")
	})
	run := tasukitest.Run(t, h, count.Job(1), tasukitest.On(box.Store, box.Clock)).Want(store.Retry)
	if got := tasukitest.Enqueued(t, run.Enqueued, count); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("enqueued %v", got)
	}
	again := run.Resume().Want(store.Done)
	if again.ID != run.ID || len(again.Enqueued) != 0 {
		t.Errorf("resumed %v", again)
	}
	for _, j := range tasukitest.Jobs(t, box.Store) {
		if j.ID != run.ID && (j.State != store.Ready || j.Interruptions+j.Releases+len(j.Journal) > 0) {
			t.Errorf("a job that did not run is %+v", j)
		}
	}
}

func TestMiddlewareAndHooksOfTheConfigAreRun(t *testing.T) {
	var log []string
	cfg := tasuki.Config{
		Middleware: []tasuki.Middleware{func(next tasuki.HandlerFunc) tasuki.HandlerFunc {
			return func(ctx context.Context) error {
				log = append(log, "in")
				defer func() { log = append(log, "out") }()
				return next(ctx)
			}
		}},
		OnJob: func(_ context.Context, e tasuki.JobEnd) { log = append(log, fmt.Sprint(e.Verb, " ", e.Items)) },
	}
	tasukitest.Run(t, counting(new([]int)), count.Job(3), tasukitest.Like(cfg)).Want(store.Done)
	if want := []string{"in", "out", "finish 3"}; !slices.Equal(log, want) {
		t.Errorf("log %v, want %v", log, want)
	}
}

func TestASnoozeIsWaitedForByPass(t *testing.T) {
	runs := 0
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{count.Do(func(context.Context, int) error {
		if runs++; runs < 3 {
			return tasuki.Snooze(time.Hour)
		}
		return nil
	})}})
	box.Enqueue(count.Job(1))
	if all := box.Run(); len(all) != 1 || all[0].State != store.Scheduled || all[0].Delay != time.Hour {
		t.Fatalf("%v", all)
	}
	if all := box.Pass(59 * time.Minute); len(all) != 0 {
		t.Fatalf("%v", all)
	}
	if all := box.Pass(2 * time.Hour); len(all) != 2 || all[1].State != store.Done {
		t.Fatalf("%v", all)
	}
}

func TestABoxGoesOnWithAnotherWorkerAfterAStopAndAKill(t *testing.T) {
	var done []int
	box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{counting(&done)}})
	box.Enqueue(count.Job(10))
	runs := box.Run(tasukitest.StopBefore("each", 4))
	if len(runs) != 2 || runs[0].State != store.Ready || runs[1].State != store.Done || !slices.Equal(done, numbers(1, 10)) {
		t.Errorf("%v; did %v", runs, done)
	}
	done = nil
	box.Enqueue(count.Job(10))
	runs = box.Run(tasukitest.KillBefore("each", 4))
	if want := append(numbers(1, 3), numbers(3, 10)...); len(runs) != 2 || runs[0].Releases != 1 || !slices.Equal(done, want) {
		t.Errorf("%v; did %v", runs, done)
	}
}
