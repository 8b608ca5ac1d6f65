package tasuki_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// bubble runs a test in a bubble of its own time, on a fresh memory store.
func bubble(t *testing.T, do func(t *testing.T, st *memory.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { do(t, memory.New(memory.Options{})) })
}

// pass lets d of the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }

// started makes a worker and runs it until the test's end.
func started(t *testing.T, st store.Store, cfg tasuki.Config) *tasuki.Worker {
	t.Helper()
	if cfg.Logger == nil {
		cfg.Logger = quietLog()
	}
	w, err := tasuki.New(st, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	return w
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// logged is a logger and what it has written.
func logged() (*slog.Logger, *logBuffer) {
	b := &logBuffer{}
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})), b
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// enqueued puts jobs in and fails the test if one was kept out.
func enqueued(t *testing.T, st store.Store, jobs ...store.Job) {
	t.Helper()
	got, err := tasuki.Enqueue(t.Context(), st, jobs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range got {
		if e.What != store.Added {
			t.Fatalf("job %s was %s", e.ID, e.What)
		}
	}
}

// record is the job's record; nil if the store has none.
func record(t *testing.T, st store.Store, id string) *store.Record {
	t.Helper()
	p, err := st.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Jobs) == 0 {
		return nil
	}
	return &p.Jobs[0]
}

// wantState fails unless the job is in this state.
func wantState(t *testing.T, st store.Store, id string, want store.State) *store.Record {
	t.Helper()
	r := record(t, st, id)
	if r == nil {
		t.Fatalf("job %s is not in the store, want it %s", id, want)
	}
	if r.State != want {
		t.Fatalf("job %s is %s (%s), want %s", id, r.State, r.Why, want)
	}
	return r
}

// stopped stops the worker and answers how long that took.
func stopped(t *testing.T, w *tasuki.Worker) time.Duration {
	t.Helper()
	began := time.Now()
	if err := w.Stop(t.Context()); err != nil {
		t.Fatalf("stop: %v", err)
	}
	return time.Since(began)
}

// A link is one worker's way to its store; tests cut it, freeze it and lose
// replies on it.
type link struct {
	store.Store

	mu     sync.Mutex
	cut    bool          // calls fail, nothing reaches the store
	why    error         // with this; nil: errCut
	frozen chan struct{} // calls wait until it is closed
	lose   map[string]int
	calls  map[string]int
	late   map[string]time.Duration // replies of these calls come so much later
	broken map[string]bool          // these calls fail, nothing reaches the store
	refuse func(store.Outcome) error
	alter  func(*store.Outcome)
}

var errCut = errors.New("connection refused")

// errLater of refuse makes an outcome wait.
var errLater = errors.New("later")

func newLink(st store.Store) *link {
	return &link{Store: st, lose: map[string]int{}, calls: map[string]int{}, late: map[string]time.Duration{}, broken: map[string]bool{}}
}

func (l *link) set(change func(*link)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l)
}

// through makes one call: it may fail before it reaches the store, or after.
func through[R any](ctx context.Context, l *link, name string, call func() (R, error)) (R, error) {
	var zero R
	l.mu.Lock()
	l.calls[name]++
	frozen, cut, why := l.frozen, l.cut || l.broken[name], cmp.Or(l.why, errCut)
	l.mu.Unlock()
	if frozen != nil {
		select {
		case <-frozen:
		case <-ctx.Done():
			return zero, ctx.Err()
		}
	}
	if cut {
		return zero, fmt.Errorf("%s: %w", name, why)
	}
	r, err := call()
	l.mu.Lock()
	late := l.late[name]
	l.mu.Unlock()
	if late > 0 {
		pass(late)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lose[name] > 0 {
		l.lose[name]--
		return zero, fmt.Errorf("%s: reply lost: %w", name, errCut)
	}
	return r, err
}

func (l *link) Enqueue(ctx context.Context, jobs []store.Job) ([]store.Enqueued, error) {
	return through(ctx, l, "enqueue", func() ([]store.Enqueued, error) { return l.Store.Enqueue(ctx, jobs) })
}

func (l *link) Claim(ctx context.Context, req store.ClaimRequest) (store.ClaimReply, error) {
	return through(ctx, l, "claim", func() (store.ClaimReply, error) { return l.Store.Claim(ctx, req) })
}

func (l *link) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	name := "settle"
	if req.Batch == 0 {
		name = "save"
	}
	return through(ctx, l, name, func() (store.SettleReply, error) { return l.settle(ctx, req) })
}

// settle refuses what the test wants refused and passes the rest on.
func (l *link) settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	refused := map[int]error{}
	pass := req
	pass.Outcomes = nil
	for i, o := range req.Outcomes {
		if l.refuse != nil && l.refuse(o) != nil {
			refused[i] = l.refuse(o)
			continue
		}
		if l.alter != nil {
			l.alter(&o)
		}
		pass.Outcomes = append(pass.Outcomes, o)
	}
	reply, err := l.Store.Settle(ctx, pass)
	if err != nil || len(refused) == 0 {
		return reply, err
	}
	var all store.SettleReply
	for i := range req.Outcomes {
		if refused[i] == errLater {
			all.Results = append(all.Results, store.Result{What: store.Later})
			continue
		}
		if why := refused[i]; why != nil {
			all.Results = append(all.Results, store.Result{What: store.Refused, Err: why})
			continue
		}
		all.Results = append(all.Results, reply.Results[0])
		reply.Results = reply.Results[1:]
	}
	return all, nil
}

func (l *link) Beat(ctx context.Context, req store.BeatRequest) (store.BeatReply, error) {
	return through(ctx, l, "beat", func() (store.BeatReply, error) { return l.Store.Beat(ctx, req) })
}

func (l *link) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	return through(ctx, l, "release", func() (store.ReleaseReply, error) { return l.Store.Release(ctx, req) })
}

func (l *link) Workers(ctx context.Context, req store.WorkersRequest) ([]store.Worker, error) {
	return through(ctx, l, "workers", func() ([]store.Worker, error) { return l.Store.Workers(ctx, req) })
}

func (l *link) count(name string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls[name]
}

// A tally notes what handlers did, in order.
type tally struct {
	mu   sync.Mutex
	done []int
}

func (y *tally) add(n int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.done = append(y.done, n)
}

func (y *tally) all() []int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return slices.Clone(y.done)
}
