package tasuki_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// count is a source of the numbers 1 to n.
func count(n int) tasuki.Source[int, int] {
	return tasuki.Source[int, int]{
		After: func(_ context.Context, c int) iter.Seq2[int, error] {
			return func(yield func(int, error) bool) {
				for i := c + 1; i <= n; i++ {
					if !yield(i, nil) {
						return
					}
				}
			}
		},
		Cursor: func(i int) int { return i },
	}
}

var walk = tasuki.NewKind[int]("walk")

// walking is a resumable job of n items that each take d.
func walking(d time.Duration, done *tally) tasuki.Handler {
	return tasuki.Each(walk, count, func(_ context.Context, _, i int) error {
		pass(d)
		done.add(i)
		return nil
	})
}

func TestAnIdleWorkerStopsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		synctest.Wait()
		if took := stopped(t, w); took != 0 {
			t.Errorf("took %v", took)
		}
		ws, _ := st.Workers(t.Context(), store.WorkersRequest{})
		if len(ws) != 0 {
			t.Errorf("the store still knows %d workers", len(ws))
		}
	})
}

func TestAResumableJobIsHandedOverAfterTheItemInHandAndResumedBehindIt(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(100)
		enqueued(t, st, job)
		cfg := tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}}
		a := started(t, st, cfg)
		pass(10500 * time.Millisecond)
		if took := stopped(t, a); took != 500*time.Millisecond {
			t.Errorf("stop took %v, want the rest of one item", took)
		}
		r := wantState(t, st, job.ID, store.Ready)
		if string(r.Cursor) != "11" || r.Attempts != 0 || r.Interruptions != 1 || r.Failure != nil {
			t.Errorf("cursor %s, %d attempts, %d interruptions, failure %v; want 11, 0, 1, none", r.Cursor, r.Attempts, r.Interruptions, r.Failure)
		}
		started(t, st, cfg)
		pass(100 * time.Second)
		if len(done.all()) != 100 || done.all()[10] != 11 || done.all()[11] != 12 || record(t, st, job.ID).State != store.Done {
			t.Errorf("%d items done, around the hand-over %v; want 100, each once", len(done.all()), done.all()[9:13])
		}
	})
}

func TestTheJournalTellsWhoRanTheJobAndWhyItStopped(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var done tally
		job := walk.Job(20)
		enqueued(t, st, job)
		cfg := tasuki.Config{Handlers: []tasuki.Handler{walking(time.Second, &done)}}
		a := started(t, st, cfg)
		pass(5500 * time.Millisecond)
		stopped(t, a)
		b := started(t, st, cfg)
		pass(time.Minute)
		j := wantState(t, st, job.ID, store.Done).Journal
		if len(j) != 2 || j[0].Worker != a.Name() || j[1].Worker != b.Name() {
			t.Fatalf("journal %+v, want one line of each worker", j)
		}
		if !strings.Contains(j[0].Why, "the worker stops") || string(j[0].Cursor) != "6" || j[1].Why != "done" || j[0].Until.Sub(j[0].From) != 6*time.Second {
			t.Errorf("journal %+v", j)
		}
	})
}

func TestNilIsDoneAlsoDuringAStop(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-tasuki.Stopping(ctx)
			pass(time.Second)
			return nil
		})}})
		synctest.Wait()
		stopped(t, w)
		if r := record(t, st, job.ID); r != nil {
			t.Errorf("job is %s, want done and gone", r.State)
		}
	})
}

func TestAnErrorDuringTheDrainIsAFailure(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-tasuki.Stopping(ctx)
			return errors.New("bad luck")
		})}})
		synctest.Wait()
		stopped(t, w)
		if r := wantState(t, st, job.ID, store.Retry); r.Attempts != 1 {
			t.Errorf("%d attempts, want 1", r.Attempts)
		}
	})
}

func TestAnErrorAfterLastCallIsAHandOverWhateverItSays(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		var cause error
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return errors.New("rpc error: code = Canceled")
		})}})
		synctest.Wait()
		if took := stopped(t, w); took != 22*time.Second {
			t.Errorf("stop took %v, want 25 s less 3 s of last call", took)
		}
		r := wantState(t, st, job.ID, store.Ready)
		if !errors.Is(cause, tasuki.ErrStopping) || r.Attempts != 0 || r.Interruptions != 1 || r.Failure != nil {
			t.Errorf("cause %v, %d attempts, %d interruptions, failure %v", cause, r.Attempts, r.Interruptions, r.Failure)
		}
	})
}

func TestYieldDuringAStopGoesToTheFront(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var order []int
		first := task.Job(1)
		enqueued(t, st, first)
		yielding := task.Do(func(ctx context.Context, n int) error {
			<-tasuki.Stopping(ctx)
			return tasuki.Yield()
		})
		w := started(t, st, tasuki.Config{Slots: 1, ReadAhead: -1, Handlers: []tasuki.Handler{yielding}})
		synctest.Wait()
		enqueued(t, st, task.Job(2), task.Job(3))
		stopped(t, w)
		started(t, st, tasuki.Config{Slots: 1, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			order = append(order, n)
			return nil
		})}})
		synctest.Wait()
		if len(order) != 3 || order[0] != 1 {
			t.Errorf("order %v, want the interrupted job first", order)
		}
	})
}

func TestAHandlerThatIgnoresEverythingIsNamedAndItsClaimKeptAlive(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		free := make(chan struct{})
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { <-free; return nil })}})
		other := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{walking(0, new(tally))}})
		synctest.Wait()
		began := time.Now()
		err := w.Stop(t.Context())
		var still *tasuki.StillRunning
		if !errors.As(err, &still) || len(still.Jobs) != 1 || still.Jobs[0].ID != job.ID {
			t.Fatalf("stop answered %v, want StillRunning with the job", err)
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("stop took %v, want 25s at most", took)
		}
		pass(5 * time.Minute)
		wantState(t, st, job.ID, store.Running)
		close(free)
		<-w.Done()
		if r := record(t, st, job.ID); r != nil {
			t.Errorf("it ended with nil and is %s", r.State)
		}
		stopped(t, other)
	})
}

func TestTheEndOfStopsContextSkipsToLastCall(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})}})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := w.Stop(ctx); err != nil || time.Since(began) != time.Second {
			t.Errorf("stop answered %v after %v, want nil after 1s", err, time.Since(began))
		}
		wantState(t, st, job.ID, store.Ready)
	})
}

func TestReadAheadGoesBackTheMomentTheWorkerIsQuiet(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		free := make(chan struct{})
		var jobs []store.Job
		for i := range 2000 {
			jobs = append(jobs, task.Job(i))
		}
		enqueued(t, st, jobs...)
		w := started(t, st, tasuki.Config{Slots: 4, ReadAhead: 100, Handlers: []tasuki.Handler{task.Do(func(_ context.Context, n int) error {
			if pass(100 * time.Microsecond); n == 1000 {
				<-free // the read-ahead has grown by now
			}
			return nil
		})}})
		pass(30 * time.Millisecond)
		for {
			if s, _ := st.Stats(t.Context()); s.Queues[0].Counts[store.Running] > 20 {
				break
			}
			pass(time.Millisecond)
		}
		w.Quiet()
		synctest.Wait()
		pass(time.Millisecond)
		s, _ := st.Stats(t.Context())
		if n := s.Queues[0].Counts[store.Running]; n > 4 {
			t.Errorf("%d jobs are claimed while quiet, want those in the 4 slots at most", n)
		}
		close(free)
	})
}

func TestQuietTellsTheRunningJobsAndResumeLetsNewOnesCome(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		told := make(chan int, 10)
		h := task.Do(func(ctx context.Context, n int) error {
			select {
			case <-tasuki.Stopping(ctx):
				told <- n
			case <-time.After(time.Minute):
			}
			pass(time.Minute)
			select {
			case <-tasuki.Stopping(ctx):
			default:
				told <- -n
			}
			return nil
		})
		enqueued(t, st, task.Job(1))
		w := started(t, st, tasuki.Config{Handlers: []tasuki.Handler{h}})
		synctest.Wait()
		w.Quiet()
		late := task.Job(2)
		enqueued(t, st, late)
		pass(10 * time.Second)
		wantState(t, st, late.ID, store.Ready)
		w.Resume()
		pass(10 * time.Minute)
		close(told)
		var got []int
		for n := range told {
			got = append(got, n)
		}
		if len(got) != 2 || got[0] != 1 || got[1] != -2 {
			t.Errorf("told %v: want job 1 told and still told after the resume, job 2 not", got)
		}
	})
}

func TestEventsTellTheStagesInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var names []string
		job := task.Job(1)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{
			OnEvent: func(_ context.Context, e tasuki.Event) {
				if e.Name != tasuki.EventBeat {
					names = append(names, string(e.Name))
				}
				panic("a bad hook takes nothing down")
			},
			Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })}})
		synctest.Wait()
		w.Quiet()
		w.Resume()
		stopped(t, w)
		if got := strings.Join(names, " "); got != "startup quiet resume shutdown lastcall exit" {
			t.Errorf("events: %s", got)
		}
	})
}

func TestAStopLogsWhatIsInFlightAndWhatWasHandedOver(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		log, out := logged()
		var done tally
		job := walk.Job(1000)
		enqueued(t, st, job)
		w := started(t, st, tasuki.Config{Logger: log, Handlers: []tasuki.Handler{walking(10*time.Second, &done)}})
		pass(5 * time.Second)
		stopped(t, w)
		for _, want := range []string{"in_flight=walk×1", "msg=draining", "left=", "msg=\"job handed over\"", "cursor=1", "ran=10s", "job=" + job.ID} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the log does not say %q:\n%s", want, out)
			}
		}
	})
}

func TestRunStopsWhenItsContextEnds(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := tasuki.New(st, tasuki.Config{Logger: quietLog()})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { ended <- w.Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAnOrderFromThePeopleStopsTheWorker(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		w, err := tasuki.New(st, tasuki.Config{Logger: quietLog()})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() { ended <- w.Run(t.Context()) }()
		synctest.Wait()
		if n, err := st.Signal(t.Context(), []string{w.Name()}, store.OrderStop); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		began := time.Now()
		if err := <-ended; err != nil || time.Since(began) > 3*time.Second {
			t.Errorf("ended with %v after %v, want nil within a beat", err, time.Since(began))
		}
	})
}

func TestReadAheadForWhichNoSlotComesFreeGoesBackWithinHalfASecond(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var jobs []store.Job
		for i := range 2040 {
			jobs = append(jobs, task.Job(i))
		}
		enqueued(t, st, jobs...)
		long := make(chan struct{}, 4)
		started(t, st, tasuki.Config{Slots: 4, ReadAhead: 100, Handlers: []tasuki.Handler{task.Do(func(ctx context.Context, n int) error {
			if n < 2000 {
				pass(100 * time.Microsecond)
				return nil
			}
			long <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})}})
		for range 4 {
			<-long
		}
		pass(500 * time.Millisecond)
		s, _ := st.Stats(t.Context())
		if n := s.Queues[0].Counts[store.Running]; n > 4 {
			t.Errorf("%d jobs are claimed, and four run", n)
		}
	})
}

// TestAHookThatDoesNotReturnHoldsUpNoStopBeyondItsTimeout: it is the user's code, as a
// handler is.
func TestAHookThatDoesNotReturnHoldsUpNoStopBeyondItsTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		enqueued(t, st, task.Job(1))
		end := make(chan struct{})
		defer close(end)
		w := started(t, st, tasuki.Config{Timeout: 10 * time.Second,
			OnJob:    func(context.Context, tasuki.JobEnd) { <-end },
			Handlers: []tasuki.Handler{task.Do(func(context.Context, int) error { return nil })}})
		synctest.Wait()
		began := time.Now()
		err := w.Stop(t.Context())
		var unrecorded *tasuki.Unrecorded
		if took := time.Since(began); took > 10*time.Second || !errors.As(err, &unrecorded) {
			t.Errorf("the stop took %v and answered %v", took, err)
		}
	})
}
