package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Held is a claim as the context of its running handler carries it, so that a
// concrete store's Commit can fence the user's writes and save with them how far
// the job is then. The engine makes one for whatever is in hand, the job itself, an
// item, a step; stores call Commit.
type Held struct {
	Claim
	Worker string

	turn    *sync.Mutex   // of the claim: held while the store and the user's function write
	running *atomic.Int32 // of the claim: users' functions that run inside a Commit
	above   *Held         // of what this stands in; nil: the job itself

	mu        sync.Mutex // owns what follows; never held while somebody else's code runs
	point     *Point     // nil: nothing is in hand
	below     int        // things in hand inside of this
	left      bool       // the point is of something that is over
	busy      bool       // a Commit is under way
	spent     bool       // what is in hand is committed, or may be
	committed bool       // it is, for sure
}

// A Point is what is in hand, as Commit sees it.
type Point struct {
	// Stand answers where the job stands once it is done. Commit asks after the
	// user's writes and before the transaction ends; an error undoes it.
	Stand func() (Standing, error)
	// Settled is told how a Commit that asked has ended, before another Commit of
	// the claim begins: nil, it is in; ErrUnsure, nobody knows; another error, it
	// is not.
	Settled func(error)
}

// A Standing is how far a job is.
type Standing struct {
	Cursor   json.RawMessage // nil: unchanged
	Progress *Progress       // nil: unchanged
	Seq      uint64          // orders it among the claim's saves and outcomes
}

// NewHeld is a worker's claim, with nothing in hand.
func NewHeld(worker string, c Claim) *Held {
	all := &struct { // of every job there is one: it takes one piece of memory
		Held
		turn    sync.Mutex
		running atomic.Int32
	}{Held: Held{Claim: c, Worker: worker}}
	all.Held.turn, all.Held.running = &all.turn, &all.running
	return &all.Held
}

// Within is the same claim for something inside of h to be in hand.
func (h *Held) Within() *Held {
	return &Held{Claim: h.Claim, Worker: h.Worker, turn: h.turn, running: h.running, above: h}
}

type heldKey struct{}

// WithHeld returns ctx carrying h.
func WithHeld(ctx context.Context, h *Held) context.Context {
	return context.WithValue(ctx, heldKey{}, h)
}

// HeldFrom returns the claim that ctx carries, or nil outside a handler.
func HeldFrom(ctx context.Context) *Held {
	h, _ := ctx.Value(heldKey{}).(*Held)
	return h
}

// Take says what is in hand. nil: nothing is.
func (h *Held) Take(p *Point) {
	h.mu.Lock()
	had := h.point != nil && !h.left
	h.point, h.left, h.spent, h.committed = p, false, false, false
	h.mu.Unlock()
	switch {
	case had && p == nil:
		h.above.count(-1)
	case !had && p != nil:
		h.above.count(1)
	}
}

// Leave says that what was in hand is not any more. A Commit by it asks its Point
// all the same, which knows that it is over.
func (h *Held) Leave() {
	h.mu.Lock()
	had := h.point != nil && !h.left
	h.left = true
	h.mu.Unlock()
	if had {
		h.above.count(-1)
	}
}

func (h *Held) count(n int) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.below += n
}

// Busy says whether a Commit of what is in hand is under way.
func (h *Held) Busy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.busy && h.point != nil
}

// Inside runs the user's function of a Commit.
func (h *Held) Inside(fn func() error) error {
	h.running.Add(1)
	defer h.running.Add(-1)
	return fn()
}

// Running says whether a user's function runs inside a Commit of this claim.
func (h *Held) Running() bool { return h.running.Load() > 0 }

// Spent says whether what is in hand was committed or may have been: nothing more
// can be recorded inside it.
func (h *Held) Spent() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.spent
}

// Committed says whether what is in hand is in the store, by a Commit that was
// answered.
func (h *Held) Committed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.committed
}

// Commit calls write, one Commit of a claim at a time, with what answers where the
// job will stand; nil if nothing is in hand. It answers ErrNoItem if what is in hand
// was committed before: a second transaction for it would be lost by a kill in
// between (ErrUnsure, if nobody knows whether it was); and if something inside of it is
// in hand, whose cursor the transaction would not carry. An error of write leaves it uncommitted, unless it is ErrUnsure; so does a
// panic.
func (h *Held) Commit(write func(stand func() (Standing, error)) error) error {
	h.turn.Lock()
	defer h.turn.Unlock()
	p, err := h.begin()
	if err != nil {
		return err
	}
	asked := false
	err = errPanicked
	defer func() { h.end(p, asked, err) }()
	if p == nil {
		err = write(nil)
		return err
	}
	err = write(func() (Standing, error) {
		asked = true
		return p.Stand()
	})
	return err
}

var errPanicked = errors.New("the function given to Commit panicked")

func (h *Held) begin() (*Point, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.spent && !h.committed:
		return nil, fmt.Errorf("a second Commit behind one that may be in: %w", ErrUnsure)
	case h.spent:
		return nil, fmt.Errorf("a second Commit for one item: %w", ErrNoItem)
	case h.below > 0:
		return nil, fmt.Errorf("an item or a step is in hand inside of what this context stands for: %w (hint: give Commit the context that the item's or the step's function got)", ErrNoItem)
	}
	h.busy = true
	return h.point, nil
}

func (h *Held) end(p *Point, asked bool, err error) {
	h.mu.Lock()
	h.busy = false
	if p != nil {
		h.committed = err == nil
		h.spent = err == nil || errors.Is(err, ErrUnsure)
	}
	h.mu.Unlock()
	if asked && p.Settled != nil {
		p.Settled(err)
	}
}
