package tasuki

import (
	"context"
	"encoding/json"
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
	raw, err := r.root.encode()
	if err != nil {
		return nil, fmt.Errorf("state of the job: %w", err)
	}
	if r.limit > 0 && len(raw) > r.limit {
		return nil, fmt.Errorf("state of the job is %d bytes, over the limit of %d", len(raw), r.limit)
	}
	return raw, nil
}

// touch notes a change and answers whether the saver must be told. Called with mu
// held.
func (r *run) touch() (tell bool) {
	r.seq++
	return r.seq == r.sent+1
}

// counted notes that an item or a step is done. Called with mu held.
func (r *run) counted() {
	r.items++
	r.stepped = time.Now()
}

// reserve is where the job stands, for a Commit, with a seq that the saver does not
// use. Called with mu held.
func (r *run) reserve() (json.RawMessage, uint64, error) {
	r.seq++
	raw, err := r.stands()
	if err != nil {
		return nil, 0, err
	}
	r.sent, r.doubt, r.committing = r.seq, r.seq, true
	return raw, r.seq, nil
}

// settled notes what became of a Commit: it is in, or is not, or (spent and not
// committed) nobody knows.
func (r *run) settled(seq uint64, h *store.Held) {
	committed, spent := h.Committed(), h.Spent()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.committing = false
	if committed {
		r.stored = max(r.stored, seq)
	} else {
		r.sent = r.stored // what it would have brought along is due again
	}
	if committed || !spent {
		r.doubt = 0
	}
	r.wakeWaiting()
}

// unsaved is what the saver has not taken: the newest state and progress.
func (r *run) unsaved() (store.Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost || r.seq == r.sent || r.doubt != 0 || r.probe != nil && r.waits == nil {
		return store.Outcome{}, false
	}
	o := store.Outcome{Claim: r.held.Claim, Verb: store.Save, Seq: r.seq, Progress: r.untold()}
	var err error
	o.Cursor, err = r.stands()
	r.sent = r.seq
	if err != nil {
		r.deny(err)
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

// unsave makes what the saver took due again.
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
		r.deny(refused)
		return
	}
	r.stored = max(r.stored, seq)
	r.wakeWaiting()
}

// deny notes that the state cannot be stored, and logs it once. Called with mu held.
func (r *run) deny(err error) {
	if r.denied == nil {
		r.log.Error("the job's state cannot be stored", append(logAttrs(r), slog.Any("error", err))...)
	}
	r.denied = err
	r.wakeWaiting()
}

func (r *run) wakeWaiting() {
	if r.waits != nil {
		close(r.waits)
		r.waits = nil
	}
}

// errDoubt keeps a state from being written over one that may be further.
var errDoubt = fmt.Errorf("behind a Commit whose fate is unknown nothing is recorded: %w", store.ErrUnsure)

// flush waits until the state that seq stands for is in the store.
func (r *run) flush(ctx context.Context, seq uint64) error {
	for {
		r.mu.Lock()
		stored, denied := r.stored >= seq, r.denied
		if r.doubt != 0 && !r.committing {
			denied = errDoubt
		}
		if r.waits == nil {
			r.waits = make(chan struct{})
		}
		changed := r.waits
		r.mu.Unlock()
		if stored {
			return nil
		}
		if denied != nil {
			return denied
		}
		r.saver.now()
		select {
		case <-changed:
		case <-ctx.Done():
			return r.over(ctx)
		}
	}
}

// saveAll waits until all that this run has done is in the store; probes ask.
func (r *run) saveAll(ctx context.Context) error {
	r.mu.Lock()
	seq := r.seq
	r.mu.Unlock()
	return r.flush(ctx, seq)
}

// leave puts where the job stands into its outcome. After a Commit that may be in
// the store, the outcome counts as no newer than that. Called with mu held.
func (r *run) leave(o *store.Outcome) {
	o.Progress = r.untold()
	raw, err := r.stands()
	if err != nil {
		r.deny(err)
		return
	}
	if raw == nil {
		return
	}
	if o.Cursor, o.Seq = raw, r.seq; r.doubt != 0 {
		o.Seq = r.doubt
	}
}
