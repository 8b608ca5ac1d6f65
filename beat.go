package tasuki

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// The beater says every Beat that this worker lives and names every claim it
// holds; it brings back what is lost, what shall be cancelled, and orders. A beat
// that failed is not sent again: the next one is made anew.
type beater struct {
	w    *Worker
	wake loop.Wake

	mu    sync.Mutex
	state store.WorkerState

	// Owned by the goroutine that beats: one at a time.
	beating chan struct{} // holds one token while a beat is on its way
	number  uint64
	orders  uint64 // the highest order acted on
	errors  outage
}

func newBeater(w *Worker) *beater {
	return &beater{w: w, wake: loop.NewWake(), state: store.Working, beating: make(chan struct{}, 1),
		errors: outage{log: w.log, what: "beat failed"}}
}

func (b *beater) step(ctx context.Context) time.Duration {
	if d := b.errors.pausing(); d > 0 {
		return d
	}
	began := time.Now()
	if err := b.beat(b.w.life); err != nil && b.w.life.Err() == nil {
		if errors.Is(err, store.ErrGone) || errors.Is(err, store.ErrNewer) {
			b.w.doom(err)
		}
		return min(b.errors.begin(err), b.w.cfg.Beat)
	}
	b.errors.over()
	return max(b.w.cfg.Beat-time.Since(began), time.Millisecond)
}

// beat sends one beat and acts on the answer.
func (b *beater) beat(ctx context.Context) error {
	select {
	case b.beating <- struct{}{}:
		defer func() { <-b.beating }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, b.limit())
	defer cancel()
	req := b.request()
	sent := time.Now()
	reply, err := b.w.st.Beat(ctx, req)
	if err != nil {
		return err
	}
	b.act(reply) // what is lost is told before the pulse lets anything begin
	b.w.pulse.answered(sent)
	b.w.desk.beaten(req.Worker.Beat)
	if b.w.runs.Load() {
		b.w.event(EventBeat, nil)
	}
	return nil
}

// limit is how long one beat may take: a late one is no sign of life. The first one
// is not watched by anybody yet, and the store may be busy.
func (b *beater) limit() time.Duration {
	if !b.w.runs.Load() {
		return max(b.w.cfg.Standstill/2, startLimit)
	}
	return b.w.cfg.Standstill / 2
}

const startLimit = 10 * time.Second

func (b *beater) request() store.BeatRequest {
	n, claims, busy := b.w.desk.claims()
	b.number = n
	info := b.w.info
	info.Beat, info.State, info.Busy = n, b.says(), busy
	if info.State == store.Leaving {
		for _, r := range b.w.desk.active() {
			info.Stuck = append(info.Stuck, r.rec.ID)
		}
	} else {
		info.Stuck = b.stuck()
		for _, r := range b.w.desk.active() {
			b.w.tellSlow(r)
		}
	}
	return store.BeatRequest{Worker: info, Claims: claims, OrdersSeen: b.orders}
}

// stuck are the jobs whose handlers outlive their timeout by a beat or more.
// Each is logged once.
func (b *beater) stuck() []string {
	var ids []string
	for _, r := range b.w.desk.active() {
		limit := r.timeout()
		ran := time.Since(r.started)
		if limit <= 0 || ran < limit+b.w.cfg.Beat {
			continue
		}
		ids = append(ids, r.rec.ID)
		if !r.stuck {
			r.stuck = true
			b.w.log.Warn("handler outlives its timeout and keeps its slot", append(logAttrs(r),
				slog.Duration("timeout", limit), slog.Duration("ran", ran))...)
		}
	}
	return ids
}

func (b *beater) act(reply store.BeatReply) {
	if n := b.w.desk.lose(b.w.desk.pick(reply.Lost)); n > 0 {
		b.w.log.Warn("jobs of this worker were released to others; their handlers are cancelled", slog.Int("jobs", n))
	}
	for _, r := range b.w.desk.pick(reply.Cancelled) {
		b.w.cancelRun(r)
	}
	if reply.Returned > 0 {
		b.w.log.Info("claims whose answer was lost went back", slog.Int("jobs", reply.Returned))
		b.w.desk.freed.Ring()
	}
	for _, o := range reply.Orders {
		if o.N > b.orders {
			b.orders = o.N
			b.w.obey(o.What)
		}
	}
}

func (b *beater) says() store.WorkerState {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}

// say changes the state that the next beat tells, and beats at once. It answers
// false, and changes nothing, if a stop has begun and s would take it back.
func (b *beater) say(s store.WorkerState) bool {
	b.mu.Lock()
	back := s == store.Working || s == store.Quiet
	ok := !back || b.state == store.Working || b.state == store.Quiet
	if ok {
		b.state = s
	}
	b.mu.Unlock()
	b.wake.Ring()
	b.w.desk.moved.Ring()
	return ok
}
