package tasuki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// How a run's state gets into the store: by the saver, by a Commit of the handler's,
// with the run's outcome. The store keeps whichever has the highest seq.

// stands is where the job is, as its cursor; nil if this run changed nothing.
// Called with mu held.
func (r *run) stands() (json.RawMessage, error) {
	if r.root == nil || r.seq == 0 {
		return nil, nil
	}
	return r.state()
}

// state is what lies behind the job, as its cursor. Called with mu held.
func (r *run) state() (json.RawMessage, error) {
	raw, err := r.root.encode()
	if err != nil {
		return nil, fmt.Errorf("state of the job: %w", err)
	}
	if r.limit > 0 && len(raw) > r.limit {
		return nil, fmt.Errorf("state of the job is %d bytes, over the limit of %d", len(raw), r.limit)
	}
	return raw, nil
}

// changed notes a change of the state, and tells the saver unless it knows. Called
// with mu held.
func (r *run) changed() {
	r.seq++
	r.tellSaver()
}

func (r *run) tellSaver() {
	if !r.rung && !r.blocked() && r.seq > r.sent {
		r.rung = true
		r.saver.wake.Ring()
	}
}

// blocked says whether the state must not be saved: a Commit is under way, or may
// have put the store's state further than this one. Called with mu held.
func (r *run) blocked() bool { return r.committing != 0 || r.doubt != 0 }

// counted notes that an item or a step is done. Called with mu held.
func (r *run) counted(now time.Duration) {
	r.items++
	r.stepped = now
}

// standing is where the job stands, for a Commit. The caller has put what is in
// hand into the state, and takes it out again. Called with mu held.
func (r *run) standing(p *store.Progress) (store.Standing, error) {
	if r.doubt != 0 {
		return store.Standing{}, errDoubt
	}
	r.seq++
	raw, err := r.stands()
	if err != nil {
		return store.Standing{}, err
	}
	if p == nil {
		p = r.untold()
	}
	r.committing = r.seq
	return store.Standing{Cursor: raw, Progress: p, Seq: r.seq}, nil
}

// settled notes how a Commit ended that asked for the standing, and answers whether
// what was in hand is done. Called with mu held.
func (r *run) settled(at *place, err error) (done bool) {
	seq := r.committing
	r.committing = 0
	switch {
	case seq == 0: // no standing was given: it is not in
	case err == nil:
		r.stored, r.sent, done = max(r.stored, seq), max(r.sent, seq), true
	case errors.Is(err, store.ErrUnsure):
		r.doubt, r.doubtAt, r.told = seq, at, false
	default:
		r.told = false // the progress went with it
	}
	r.wakeWaiting()
	r.tellSaver()
	return done
}

// unsaved is what the saver has not taken: the newest state and progress.
func (r *run) unsaved() (store.Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rung = false
	if r.lost || r.seq == r.sent || r.blocked() || r.probe != nil && r.waits == nil {
		return store.Outcome{}, false
	}
	o := store.Outcome{Claim: r.held.Claim, Verb: store.Save, Seq: r.seq, Progress: r.untold()}
	var err error
	o.Cursor, err = r.stands()
	r.sent = r.seq
	if err != nil {
		r.deny(r.seq, err)
		return o, false
	}
	return o, true
}

// untold is the progress, if it changed. Called with mu held.
func (r *run) untold() *store.Progress {
	if r.told || r.progress == (store.Progress{}) {
		return nil
	}
	r.told = true
	p := r.progress
	return &p
}

// unsave makes what the saver took due again; it looks again by itself.
func (r *run) unsave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent, r.told = r.stored, false
}

// saved notes the store's answer to the saver.
func (r *run) saved(seq uint64, refused error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if refused != nil {
		r.deny(seq, refused)
		return
	}
	r.stored = max(r.stored, seq)
	r.wakeWaiting()
}

// deny notes that the state of seq cannot be stored; the first is logged. Called
// with mu held.
func (r *run) deny(seq uint64, err error) {
	if r.denied == nil {
		r.log.Error("the job's state cannot be stored", append(logAttrs(r), slog.Any("error", err))...)
	}
	r.denied, r.deniedSeq = err, seq
	r.wakeWaiting()
}

func (r *run) wakeWaiting() {
	if r.waits != nil {
		close(r.waits)
		r.waits = nil
	}
}

// errOver is for a Commit that outlives its item.
var errOver = fmt.Errorf("the item's function has returned already: %w (hint: what it started must end before it does)", store.ErrNoItem)

// errDoubt keeps a state from being written over one that may be further.
var errDoubt = fmt.Errorf("behind a Commit whose fate is unknown nothing is recorded: %w", store.ErrUnsure)

// errInside ends what would wait for ever: a step inside a Commit waits for a save,
// and the save for the transaction to end. Where the contexts tell, it is refused at
// once. (Here they do not, and the Commit may be another goroutine's: so it is no
// reason to give the job up.)
var errInside = errors.New("the function of a Commit has been running meanwhile (hint: no step may stand in it, nor any call of the store but EnqueueTx)")

const insideLimit = 10 * time.Second

// flush waits until the state that seq stands for is in the store.
func (r *run) flush(ctx context.Context, seq uint64, at *place) error {
	late := time.NewTimer(insideLimit)
	defer late.Stop()
	for {
		done, changed, err := r.flushed(seq)
		if done || err != nil {
			return err
		}
		r.saver.now()
		select {
		case <-changed:
		case <-late.C:
			if r.held.Running() {
				return errInside
			}
		case <-ctx.Done():
			return r.over(ctx, at)
		}
	}
}

// flushed says whether the state of seq is stored, or why it never will be.
func (r *run) flushed(seq uint64) (bool, <-chan struct{}, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.stored >= seq:
		return true, nil, nil
	case r.lost:
		return false, nil, ErrLost
	case r.gone.Load():
		return false, nil, errEnded
	case r.doubt != 0:
		return false, nil, errDoubt
	case r.denied != nil && r.deniedSeq >= seq:
		return false, nil, r.denied
	}
	if r.waits == nil {
		r.waits = make(chan struct{})
	}
	return false, r.waits, nil
}

// saveAll waits until all that this run has done is in the store; probes ask.
func (r *run) saveAll(ctx context.Context) error {
	r.mu.Lock()
	seq := r.seq
	r.mu.Unlock()
	return r.flush(ctx, seq, nil)
}

// leave puts where the job stands into its outcome. After a Commit that may be in
// the store, the outcome counts as no newer than that. Called with mu held.
func (r *run) leave(o *store.Outcome) {
	o.Progress = r.untold()
	raw, err := r.stands()
	if err != nil {
		r.deny(r.seq, err)
		return
	}
	switch {
	case raw == nil:
	case r.blocked():
		o.Cursor, o.Seq = raw, max(r.committing, r.doubt)
	default:
		o.Cursor, o.Seq = raw, r.seq
	}
}
