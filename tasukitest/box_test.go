package tasukitest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

var (
	order   = tasuki.NewKind[Order]("order")
	receipt = tasuki.NewKind[Receipt]("receipt", tasuki.Queue("mail"))
)

type (
	Order   struct{ Number, Cents int }
	Receipt struct {
		Order int
		To    string
	}
)

// ordering are handlers of which one enqueues for the other.
func ordering(mailed *[]Receipt) tasuki.Config {
	return tasuki.Config{Handlers: []tasuki.Handler{
		order.Do(func(_ context.Context, o Order) error {
			return tasuki.Then(receipt.Job(Receipt{Order: o.Number, To: "ada@example.com"}))
		}),
		receipt.Do(func(_ context.Context, r Receipt) error {
			*mailed = append(*mailed, r)
			return nil
		}),
	}}
}

func TestABoxRunsWhatItsJobsEnqueueUntilNothingIsLeft(t *testing.T) {
	var mailed []Receipt
	box := tasukitest.New(t, ordering(&mailed))
	box.Enqueue(order.Job(Order{Number: 1}), order.Job(Order{Number: 2}))
	runs := box.Run()
	if len(runs) != 4 || len(mailed) != 2 {
		t.Fatalf("%d runs, mailed %v", len(runs), mailed)
	}
	for _, r := range runs {
		r.Want(store.Done)
	}
	rec := tasukitest.WasEnqueued(t, box.Jobs(), receipt, Receipt{Order: 2, To: "ada@example.com"})
	if rec.Queue != "mail" || rec.State != store.Done {
		t.Errorf("%+v", rec)
	}
}

func TestPassRunsRetriesAtTheirTime(t *testing.T) {
	var at []time.Time
	var box *tasukitest.Box
	box = tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{count.Do(func(context.Context, int) error {
		if at = append(at, box.Clock.Now()); len(at) < 4 {
			return errors.New("not yet")
		}
		return nil
	})}})
	began := box.Clock.Now()
	box.Enqueue(count.Job(1, tasuki.Delay(time.Hour)))
	runs := box.Pass(24 * time.Hour)
	if len(runs) != 4 {
		t.Fatalf("%d runs: %v", len(runs), runs)
	}
	for i, want := range []time.Duration{60, 61, 63, 66} {
		if got := at[i].Sub(began); got != want*time.Minute {
			t.Errorf("run %d was at %v, want %v minutes", i+1, got, want)
		}
	}
	runs[0].Want(store.Retry)
	runs[3].Want(store.Done)
	if got := box.Clock.Now().Sub(began); got != 24*time.Hour {
		t.Errorf("the clock was turned by %v", got)
	}
}

func TestPassFiresSchedules(t *testing.T) {
	var at []string
	var box *tasukitest.Box
	cfg := tasuki.Config{
		Schedules: []tasuki.Schedule{{Name: "nightly", At: cron.Must("0 3 * * *"), Job: count.Job(1)}},
		Handlers: []tasuki.Handler{count.Do(func(context.Context, int) error {
			at = append(at, box.Clock.Now().UTC().Format(time.DateTime))
			return nil
		})},
	}
	box = tasukitest.New(t, cfg)
	box.Clock.Set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	box.Pass(72 * time.Hour)
	if len(at) != 3 || at[0] != "2026-03-02 03:00:00" || at[2] != "2026-03-04 03:00:00" {
		t.Errorf("ran at %v", at)
	}
}
