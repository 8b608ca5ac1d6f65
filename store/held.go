package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Held is a claim as the context of its running handler carries it, so that a
// concrete store's Commit can fence the user's writes and save the cursor of
// the item in hand with them. The engine makes it and tells it of items; stores
// call Commit.
type Held struct {
	Claim
	Worker string

	committing sync.Mutex // held while the store and the user's function write

	mu    sync.Mutex      // owns what follows; never held while somebody else's code runs
	item  json.RawMessage // cursor once the item in hand is done; nil: no item
	spent bool            // the item in hand is committed
	bound bool            // Commit wrote a cursor, or may have
	doubt bool            // the last Commit failed: whether it is in is not certain
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

// Take says that an item is in hand whose cursor, once it is done, is c. A nil
// c says that no item is in hand.
func (h *Held) Take(c json.RawMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.item, h.spent = c, false
}

// Bound says whether Commit was used for an item: from then on the saver leaves
// the cursor to it.
func (h *Held) Bound() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bound
}

// Doubt says whether the last Commit failed. Its transaction may be in all the
// same (an answer that was lost), and then the cursor in the store is further than
// the engine knows: an outcome must not write an older one over it.
func (h *Held) Doubt() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubt
}

// Commit calls write with the cursor to be written in the same transaction, nil
// if there is none to write. It answers ErrNoItem if the item in hand was
// committed before: a second transaction for it would be lost by a kill in
// between. An error of write leaves the item uncommitted, unless it is
// ErrUnsure.
func (h *Held) Commit(write func(cursor json.RawMessage) error) error {
	h.committing.Lock()
	defer h.committing.Unlock()
	item, err := h.open()
	if err != nil {
		return err
	}
	err = write(item)
	h.mu.Lock()
	defer h.mu.Unlock()
	if item != nil {
		h.doubt = err != nil
		h.spent = err == nil || errors.Is(err, ErrUnsure)
	}
	return err
}

// open begins a Commit: in doubt until it is answered.
func (h *Held) open() (json.RawMessage, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spent {
		return nil, fmt.Errorf("commit of job %s: %w", h.ID, ErrNoItem)
	}
	if h.item != nil {
		h.bound, h.doubt = true, true
	}
	return h.item, nil
}
