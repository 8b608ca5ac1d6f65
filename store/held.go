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

	mu    sync.Mutex
	item  json.RawMessage // cursor once the item in hand is done; nil: no item
	spent bool            // the item in hand is committed
	bound bool            // Commit was used: nothing else writes the cursor
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

// Bound says whether Commit was used: from then on the cursor in the store is
// written by Commit alone, since a commit whose answer was lost may have moved
// it further than the engine knows.
func (h *Held) Bound() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bound
}

// Commit calls write with the cursor to be written in the same transaction, nil
// if there is none to write. It answers ErrNoItem if the item in hand was
// committed before: a second transaction for it would be lost by a kill in
// between. An error of write leaves the item uncommitted, unless it is
// ErrUnsure.
func (h *Held) Commit(write func(cursor json.RawMessage) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spent {
		return fmt.Errorf("commit of job %s: %w", h.ID, ErrNoItem)
	}
	h.bound = h.bound || h.item != nil
	err := write(h.item)
	if h.item != nil && (err == nil || errors.Is(err, ErrUnsure)) {
		h.spent = true
	}
	return err
}
