package tasukitest

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// Stop begins the worker's stop, as a deploy does, from inside the job that runs
// under ctx; it returns when the job has been told. The job goes on with what it is
// at: its next item or step is refused.
func Stop(ctx context.Context) {
	s := shiftOf(ctx, "Stop")
	s.door.stop()
	s.ask.Do(func() { close(s.asked) })
	<-tasuki.Stopping(ctx)
}

// LastCall is a stop whose time to drain is over: it returns when ctx is cancelled,
// with the cause tasuki.ErrStopping.
func LastCall(ctx context.Context) {
	s := shiftOf(ctx, "LastCall")
	s.door.stop()
	ended, end := context.WithCancel(context.Background())
	end()
	go s.worker.Stop(ended)
	s.ask.Do(func() { close(s.asked) })
	<-ctx.Done()
}

// Cancel cancels the job that runs under ctx, as a person does; it returns when ctx
// is cancelled, with the cause tasuki.ErrCancelled. It is not for the inside of a
// Commit, whose transaction it would wait for.
func Cancel(ctx context.Context) {
	s := shiftOf(ctx, "Cancel")
	id := tasuki.JobFrom(ctx).ID
	moved, err := s.door.Move(context.WithoutCancel(ctx), store.MoveRequest{
		Filter: store.Filter{IDs: []string{id}}, To: store.Cancelled, Why: "cancelled by the test"})
	if err != nil || moved != 1 {
		panic(fmt.Sprintf("tasukitest.Cancel: job %s was not cancelled: %v", id, err))
	}
	s.worker.Resume() // beats now, and so brings the order
	<-ctx.Done()
}

// Kill is kill -9 from inside the job that runs under ctx. It does not return: the
// handler's goroutine ends there (deferred calls run, which a kill would spare).
// What the item or step in hand was to record is not recorded; what lies before it
// is. Call it in the handler's own goroutine.
func Kill(ctx context.Context) {
	shiftOf(ctx, "Kill")
	saving, cancel := context.WithTimeout(ctx, saveLimit)
	defer cancel()
	probe.Save(saving) // at once, but for what a transaction around us holds up
	die(ctx)
}

// die ends the worker as it stands.
func die(ctx context.Context) {
	shiftOf(ctx, "Kill").door.kill()
	runtime.Goexit()
}

func shiftOf(ctx context.Context, what string) *shift {
	s, ok := ctx.Value(shiftKey{}).(*shift)
	if !ok || tasuki.JobFrom(ctx).ID == "" {
		panic("tasukitest." + what + ": the context is not one of a job that tasukitest runs")
	}
	return s
}

// saveLimit bounds the wait for a save that a transaction holds up.
const saveLimit = time.Second
