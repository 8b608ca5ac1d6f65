package tasukitest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

// A fake is a test that is to fail; it notes what it says.
type fake struct{ said []string }

func (f *fake) Helper()             {}
func (f *fake) Logf(string, ...any) {}
func (f *fake) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func (f *fake) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// fails runs a test that must fail with all of these texts.
func fails(t *testing.T, do func(t tasukitest.TB), texts ...string) {
	t.Helper()
	f := &fake{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(f)
	}()
	<-ended
	if len(f.said) != 1 {
		t.Fatalf("the test said %q", f.said)
	}
	for _, text := range texts {
		if !strings.Contains(f.said[0], text) {
			t.Errorf("the test does not say %q:\n%s", text, f.said[0])
		}
	}
}

func TestWantNamesKindStateItemsCursorAndError(t *testing.T) {
	h := tasuki.Each(count, upTo, func(_ context.Context, _ int, n int) error {
		if n == 4 {
			return errors.New("line 4 has no price")
		}
		return nil
	})
	fails(t, func(t tasukitest.TB) { tasukitest.Run(t, h, count.Job(9)).Want(store.Done) },
		"want done", `kind "count"`, "is retry", "after 3 items", "behind cursor 3", "line 4 has no price")
}

func TestAPointThatIsNeverReachedFailsTheTest(t *testing.T) {
	fails(t, func(t tasukitest.TB) {
		tasukitest.Run(t, counting(new([]int)), count.Job(3), tasukitest.StopBefore("lines", 2))
	}, `StopBefore("lines", 2) was never reached`, `"each" 3×`, `kind "count"`, "is done")
}

func TestResumeOfAnEndedJobFailsTheTest(t *testing.T) {
	fails(t, func(t tasukitest.TB) {
		tasukitest.Run(t, counting(new([]int)), count.Job(3)).Resume()
	}, "the job has ended", `kind "count"`, "is done")
}

func TestWasEnqueuedSaysInWhatTheOthersDiffer(t *testing.T) {
	enqueued := func(t tasukitest.TB) []store.Record {
		var mailed []Receipt
		box := tasukitest.New(t, ordering(&mailed))
		box.Enqueue(order.Job(Order{Number: 7}), receipt.Job(Receipt{Order: 8, To: "ada@example.com"}))
		return box.Jobs()
	}
	fails(t, func(t tasukitest.TB) {
		tasukitest.WasEnqueued(t, enqueued(t), receipt, Receipt{Order: 7, To: "ada@example.com"})
	}, `no job of kind "receipt" with {"Order":7,"To":"ada@example.com"}`, "has Order 8, want 7\n", `1 of kind "order"`)
	fails(t, func(t tasukitest.TB) {
		tasukitest.WasEnqueued(t, nil, receipt, Receipt{})
	}, `no job of kind "receipt"`, "no job was")
}

func TestNumbersAreComparedToTheLastDigit(t *testing.T) {
	big := tasuki.NewKind[int64]("big")
	box := tasukitest.New(t, tasuki.Config{})
	box.Enqueue(big.Job(9007199254740993))
	tasukitest.WasEnqueued(t, box.Jobs(), big, 9007199254740993)
	fails(t, func(t tasukitest.TB) { tasukitest.WasEnqueued(t, box.Jobs(), big, 9007199254740992) }, "9007199254740993, want 9007199254740992")
}

func TestNotEnqueuedNamesTheJobThatIsThere(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	box.Enqueue(order.Job(Order{Number: 7}))
	tasukitest.NotEnqueued(t, box.Jobs(), receipt)
	fails(t, func(t tasukitest.TB) { tasukitest.NotEnqueued(t, box.Jobs(), order) }, `kind "order"`, `"Number":7`)
}

func TestEnqueuedFailsOnArgumentsOfAnotherType(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	box.Enqueue(tasuki.NewKind[string]("order").Job("seven"))
	fails(t, func(t tasukitest.TB) { tasukitest.Enqueued(t, box.Jobs(), order) }, `kind "order"`, `"seven"`, "tasukitest_test.Order")
}

func TestAJobThatIsKeptOutFailsTheTest(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	fails(t, func(t tasukitest.TB) {
		box := tasukitest.New(t, tasuki.Config{}, tasukitest.On(box.Store, box.Clock))
		box.Enqueue(order.Job(Order{}, tasuki.Unique("one")), order.Job(Order{}, tasuki.Unique("one")))
	}, `kind "order"`, "duplicate")
}

func TestAJobOfAPausedQueueFailsTheTest(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	if err := box.Store.Pause(t.Context(), []string{"default"}, true); err != nil {
		t.Fatal(err)
	}
	fails(t, func(t tasukitest.TB) {
		tasukitest.Run(t, counting(new([]int)), count.Job(3), tasukitest.On(box.Store, box.Clock))
	}, `kind "count"`, `its queue "default" is paused`)
}

func TestAJobWithoutAHandlerFailsTheTest(t *testing.T) {
	fails(t, func(t tasukitest.TB) { tasukitest.Run(t, counting(new([]int)), order.Job(Order{})) }, `kind "order"`, "no handler is of its kind")
}

func TestABoxThatNeverComesToRestFailsTheTest(t *testing.T) {
	fails(t, func(t tasukitest.TB) {
		box := tasukitest.New(t, tasuki.Config{Handlers: []tasuki.Handler{count.Do(func(context.Context, int) error { return tasuki.Yield() })}})
		box.Enqueue(count.Job(1))
		box.Run()
	}, "does not come to rest", `kind "count"`, "yielded")
}

func TestPassOnAStoreWithAClockOfItsOwnFailsTheTest(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	fails(t, func(t tasukitest.TB) {
		tasukitest.New(t, tasuki.Config{}, tasukitest.On(box.Store, nil)).Pass(time.Hour)
	}, "a clock of its own", "hint")
}

func TestOnIsRefusedOnceJobsAreInAnotherStore(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	fails(t, func(t tasukitest.TB) {
		tasukitest.New(t, tasuki.Config{}).Run(tasukitest.On(box.Store, nil))
	}, "On is for New and Run")
}

func TestAConfigThatCannotWorkFailsTheTest(t *testing.T) {
	fails(t, func(t tasukitest.TB) {
		tasukitest.Run(t, counting(new([]int)), count.Job(3), tasukitest.Like(tasuki.Config{Timeout: -1}))
	}, "tasuki.Config.Timeout")
}

func TestTheHandsOutsideOfAJobAreRefusedAloud(t *testing.T) {
	for name, hand := range map[string]func(context.Context){
		"Stop": tasukitest.Stop, "Kill": tasukitest.Kill, "LastCall": tasukitest.LastCall, "Cancel": tasukitest.Cancel,
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "tasukitest."+name+": the context is not one of a job") {
					t.Errorf("%s said %s", name, said)
				}
			}()
			hand(t.Context())
		}()
	}
}

func TestASecondLookAtAStoreWithoutAClockMakesJobsDueByMove(t *testing.T) {
	box := tasukitest.New(t, tasuki.Config{})
	fail := true
	h := count.Do(func(context.Context, int) error {
		if fail {
			return errors.New("once")
		}
		return nil
	})
	run := tasukitest.Run(t, h, count.Job(1), tasukitest.On(box.Store, nil)).Want(store.Retry)
	fail = false
	run.Resume().Want(store.Done)
}
