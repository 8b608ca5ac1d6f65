package tasuki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// A run is one claim from its coming to the end of its goroutine: decode,
// middleware, handler, panic, outcome.
type run struct {
	rec      store.Record
	handler  *Handler
	held     *store.Held
	pulse    *pulse
	stopping <-chan struct{} // closed when the runs of this generation are told to stop
	saver    *saver
	limit    int // the store's, in bytes, on cursor and result
	log      *slog.Logger
	probe    func(context.Context, probe.Point) // for tests; nil: none

	ctx     context.Context // set once by begin
	cancel  context.CancelCauseFunc
	came    time.Time // when its claim was answered
	started time.Time // zero while it waits for a slot; guarded by desk.mu
	ended   bool      // the handler returned; guarded by desk.mu
	back    bool      // never started, its claim is on its way back; guarded by desk.mu
	stuck   bool      // logged as outliving its timeout; owned by the beater

	heeds atomic.Bool // the handler has asked for Stopping
	gone  atomic.Bool // the handler has returned: nothing of it begins or waits any more

	mu         sync.Mutex
	refused    bool          // the runtime refused to begin the next item or step
	cut        error         // how it ended a loop or a step otherwise, the first time; nil: it did not
	lost       bool          // the claim is another worker's
	root       *scope        // what lies behind the job; nil until somebody asks
	seq        uint64        // counts changes of it and of the progress
	sent       uint64        // the seq that the saver took last
	stored     uint64        // the seq that is in the store
	committing uint64        // the seq of a Commit under way; 0: none
	doubt      uint64        // the seq of a Commit that may be in the store; 0: none
	doubtAt    *place        // what that Commit was for
	rung       bool          // the saver was told and has not looked since
	denied     error         // why the state of deniedSeq cannot be stored
	deniedSeq  uint64        //
	waits      chan struct{} // closed when one of these changes; nil: nobody waits
	progress   store.Progress
	told       bool // the saver took progress since it changed
	result     json.RawMessage
	where      *origin       // of the panic under way
	hand       *place        // the first of a list of the items and steps in hand
	longest    time.Duration // that one took
	longestIn  *place        // which it was
	slow       bool          // it was logged as too long
	items      int64         // items and steps done in this run
	stepped    time.Duration // when the last of them was done, by clock
}

type runKey struct{}

func runFrom(ctx context.Context) *run {
	r, _ := ctx.Value(runKey{}).(*run)
	return r
}

// begin makes the context that the handler sees.
func (r *run) begin(base context.Context) {
	ctx, cancel := context.WithCancelCause(base)
	ctx = context.WithValue(ctx, runKey{}, r)
	r.ctx, r.cancel = store.WithHeld(ctx, r.held), cancel
	if r.probe != nil {
		r.ctx = probe.WithSave(r.ctx, r.saveAll)
	}
	r.progress, r.told = r.rec.Progress, true
}

// start begins a run, in a goroutine of its own.
func (w *Worker) start(r *run) {
	r.begin(w.base)
	w.hands.run(func() { w.work(r) })
}

// settleRun gives a run's outcome to the settler and its slot to the next.
func (w *Worker) settleRun(r *run, err error) {
	w.desk.returned(r)
	r.end()
	w.tellSlow(r)
	o, ok := r.verdict(err)
	o.Ran = r.clock()
	r.cancel(context.Canceled)
	w.observe(r, o, err, ok)
	if ok {
		w.logOutcome(r, o)
		w.settler.put(r, o)
	} else {
		w.desk.remove([]*run{r})
	}
	w.desk.free()
}

// work runs the handler inside its middleware and answers how it ended. It
// survives a panic and a Goexit.
func (w *Worker) work(r *run) {
	err := error(&panicError{}) // stands if the goroutine ends without returning: Goexit
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: string(debug.Stack())}
		}
		if p, fell := err.(*panicError); fell {
			p.where = r.whence()
		}
		w.settleRun(r, err)
	}()
	ctx, stop := r.withTimeout()
	defer stop()
	next := HandlerFunc(func(ctx context.Context) error {
		if err := r.loaded(); err != nil {
			return err
		}
		return r.handler.do(ctx, r)
	})
	for _, m := range slices.Backward(w.cfg.Middleware) {
		next = m(next)
	}
	err = next(ctx)
	if err == nil && errors.Is(context.Cause(ctx), ErrTimeout) {
		return // it ended well although late
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrTimeout) {
		err = &timeoutError{after: r.timeout(), err: err}
	}
}

// loaded reads what lies behind the job before its handler does anything: one that
// cannot go on must not begin anew.
func (r *run) loaded() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.load()
}

// clock is how long the handler has been running: what a run measures is counted on
// it, since it costs half of what the time of day does.
func (r *run) clock() time.Duration { return time.Since(r.started) }

// end is when the handler has returned: what outlives it waits for nothing.
func (r *run) end() {
	r.gone.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakeWaiting()
}

func (r *run) timeout() time.Duration { return r.handler.timeout(r.rec.Timeout) }

func (r *run) withTimeout() (context.Context, func()) {
	d := r.timeout()
	if d <= 0 {
		return r.ctx, func() {}
	}
	return context.WithTimeoutCause(r.ctx, d, ErrTimeout)
}

type timeoutError struct {
	after time.Duration
	err   error
}

func (e *timeoutError) Error() string { return fmt.Sprintf("timeout after %v: %v", e.after, e.err) }
func (e *timeoutError) Unwrap() error { return e.err }
func (e *timeoutError) Is(target error) bool {
	return target == ErrTimeout
}

// lose ends the run because the claim is another worker's.
func (r *run) lose() {
	r.mu.Lock()
	r.lost = true
	r.wakeWaiting()
	r.mu.Unlock()
	r.cancel(ErrLost)
}
