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

// The settler writes outcomes in batches, one batch in flight: while one is on
// its way the next gathers; when idle, at once. A batch that was not answered is
// sent again as it was. What the store cannot write for now goes in batches of its
// own, now and then, so that it holds up nothing else. At most `room` outcomes are in
// hand; beyond that, slots wait.
type settler struct {
	w    *Worker
	wake loop.Wake
	room chan struct{}

	mu      sync.Mutex
	pending []settling

	// Owned by the settler's goroutine.
	batch   uint64
	flight  []settling
	later   []settling // what the store could not write for now
	laterAt time.Time  // when it is sent again
	errors  outage
}

type settling struct {
	run  *run
	out  store.Outcome
	room bool // it takes one of the settler's places
	late bool // the store could not write it before
}

const (
	settleMost  = 1000            // outcomes of one batch
	settleBytes = 4 << 20         // of one batch, unless one outcome alone is bigger
	settleLimit = 5 * time.Second // of one call
	settleLater = time.Second     // until what could not be written for now is sent again
)

func newSettler(w *Worker) *settler {
	return &settler{w: w, wake: loop.NewWake(), room: make(chan struct{}, 2*w.cfg.Slots+max(w.cfg.ReadAhead, 0)+100),
		errors: outage{log: w.log, what: "outcomes could not be written; kept and sent again"}}
}

// put hands an outcome over to the settler. It waits while too many are in hand,
// which keeps the slot from taking another job that could not be recorded.
func (s *settler) put(r *run, o store.Outcome) {
	select {
	case s.room <- struct{}{}:
	case <-s.w.life.Done():
		return
	}
	s.push(settling{run: r, out: o, room: true})
}

// push takes an outcome without waiting.
func (s *settler) push(all ...settling) {
	s.mu.Lock()
	s.pending = append(s.pending, all...)
	s.mu.Unlock()
	s.wake.Ring()
}

// take moves the next batch into flight, or answers when there may be one.
func (s *settler) take() time.Duration {
	wait := loop.Never
	if len(s.later) > 0 {
		if wait = max(time.Until(s.laterAt), 0); wait == 0 {
			s.later = s.fly(s.later)
			return 0
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending = s.fly(s.pending); len(s.flight) > 0 {
		return 0
	}
	return wait
}

// fly moves as many as one batch holds into flight, and answers the rest.
func (s *settler) fly(from []settling) []settling {
	n, bytes := 0, 0
	for n < len(from) && n < settleMost {
		if bytes += from[n].weight(); bytes > settleBytes && n > 0 {
			break
		}
		n++
	}
	s.flight = append(s.flight[:0], from[:n]...)
	rest := append(from[:0], from[n:]...)
	clear(rest[len(rest):cap(rest)])
	return rest
}

// weight is about how much a store has to be sent; some write the whole job anew.
func (s *settling) weight() int {
	o := &s.out
	n := len(o.Cursor) + len(o.Result) + len(o.Why)
	if o.Verb != store.Save && o.Verb != store.Finish {
		n += len(s.run.rec.Args)
	}
	for i := range o.Enqueue {
		n += len(o.Enqueue[i].Args)
	}
	return n
}

func (s *settler) step(context.Context) time.Duration {
	if d := s.errors.pausing(); d > 0 {
		return d
	}
	if len(s.flight) == 0 {
		if wait := s.take(); len(s.flight) == 0 {
			return wait
		}
		s.batch++
	}
	req := store.SettleRequest{Worker: s.w.name, Batch: s.batch, Outcomes: make([]store.Outcome, len(s.flight))}
	for i := range s.flight {
		req.Outcomes[i] = s.flight[i].out
	}
	ctx, cancel := context.WithTimeout(s.w.life, settleLimit)
	defer cancel()
	reply, err := s.w.st.Settle(ctx, req)
	if err != nil {
		return s.errors.begin(err)
	}
	s.errors.over()
	s.answered(reply.Results)
	return 0
}

// answered forgets what is in the store and turns what was refused into
// something that will be taken.
func (s *settler) answered(results []store.Result) {
	done := make([]*run, 0, len(s.flight))
	var again []settling
	for i, f := range s.flight {
		switch results[i].What {
		case store.Refused:
			if next, ok := s.refused(f, results[i].Err); ok {
				again = append(again, next)
				continue
			}
		case store.Later:
			s.wait(f)
			continue
		case store.Lost:
			if f.out.Verb != store.Return { // that it went back already is no news
				s.w.log.Warn("outcome dropped: the job is another worker's now", append(logAttrs(f.run), slog.String("outcome", string(f.out.Verb)))...)
			}
		}
		done = append(done, f.run)
	}
	for i, f := range s.flight {
		if f.room && results[i].What != store.Later {
			<-s.room
		}
	}
	s.flight = s.flight[:0]
	s.push(again...)
	s.w.desk.remove(done)
}

// wait keeps an outcome that the store cannot write for now. Its claim is held, and
// it takes its place, until it is written.
func (s *settler) wait(f settling) {
	if !f.late {
		s.w.log.Warn("an outcome waits: the store cannot write it for now", append(logAttrs(f.run),
			slog.String("outcome", string(f.out.Verb)))...)
	}
	f.late = true
	s.later, s.laterAt = append(s.later, f), time.Now().Add(settleLater)
}

// refused makes an outcome that the store can take out of one that it never
// will: the job is dead with the reason, where a person sees it. If even that is
// refused, the claim is let go and the log says so.
func (s *settler) refused(f settling, why error) (settling, bool) {
	if f.out.Verb == store.Bury && f.out.Cursor == nil && f.out.Enqueue == nil {
		s.w.log.Error("the store refuses every outcome of this job", append(logAttrs(f.run), slog.Any("error", why))...)
		return f, false
	}
	if f.out.Cursor != nil && f.out.Verb != store.Bury {
		s.w.log.Error("the store refused an outcome; written without its cursor", append(logAttrs(f.run),
			slog.String("outcome", string(f.out.Verb)), slog.Any("error", why))...)
		f.out.Cursor, f.room = nil, false
		return f, true
	}
	s.w.log.Error("the store refused an outcome; the job is dead instead", append(logAttrs(f.run),
		slog.String("outcome", string(f.out.Verb)), slog.Any("error", why))...)
	err := errors.Join(errors.New("the outcome could not be stored"), why)
	f.out = store.Outcome{Claim: f.out.Claim, Verb: store.Bury, Failure: failure(err), Why: clip(err)}
	f.room = false
	return f, true
}
