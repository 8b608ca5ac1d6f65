package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Held is a claim as the context of its running handler carries it, so that a
// concrete store's Commit can fence the user's writes and save with them how far
// the job is then. The engine makes one for whatever is in hand, the job itself, an
// item, a step; stores call Commit.
type Held struct {
	Claim
	Worker string

	turn *sync.Mutex // of the claim: held while the store and the user's function write

	mu        sync.Mutex // owns what follows; never held while somebody else's code runs
	point     Point      // nil: nothing is in hand
	spent     bool       // what is in hand is committed, or may be
	committed bool       // it is, for sure
}

// A Point answers where the job stands once what is in hand is done: the cursor,
// and the Seq that orders it among the claim's saves and outcomes. Commit asks after
// the user's writes and before the transaction ends; an error undoes it.
type Point func() (cursor json.RawMessage, seq uint64, err error)

// NewHeld is a worker's claim, with nothing in hand.
func NewHeld(worker string, c Claim) *Held {
	return &Held{Claim: c, Worker: worker, turn: new(sync.Mutex)}
}

// Within is the same claim for something else to be in hand.
func (h *Held) Within() *Held {
	return &Held{Claim: h.Claim, Worker: h.Worker, turn: h.turn}
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

// Take says that something is in hand after which the job stands at p. A nil p
// says that nothing is.
func (h *Held) Take(p Point) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.point, h.spent, h.committed = p, false, false
}

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

// Commit calls write with the point to be written in the same transaction, nil
// if there is none. It answers ErrNoItem if what is in hand was committed before: a
// second transaction for it would be lost by a kill in between. An error of write
// leaves it uncommitted, unless it is ErrUnsure.
func (h *Held) Commit(write func(Point) error) error {
	h.turn.Lock()
	defer h.turn.Unlock()
	h.mu.Lock()
	p, spent := h.point, h.spent
	h.mu.Unlock()
	if spent {
		return fmt.Errorf("commit of job %s: %w", h.ID, ErrNoItem)
	}
	err := write(p)
	h.mu.Lock()
	defer h.mu.Unlock()
	if p != nil {
		h.committed = err == nil
		h.spent = err == nil || errors.Is(err, ErrUnsure)
	}
	return err
}
