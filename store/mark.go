package store

import (
	"context"
	"time"
)

// Marker is optional: a store that keeps marks, such as "a deploy began here",
// for people to see beside what happened to their jobs. See Features.Marks.
type Marker interface {
	// Mark writes one mark and answers it with its time. A label is 1 to MaxLabel
	// bytes of UTF-8 without control characters; another is ErrInvalid. The
	// newest MaxMarks are kept.
	Mark(ctx context.Context, m Mark) (Mark, error)
	// Marks answers at most limit marks, the newest first; 0: 100.
	Marks(ctx context.Context, limit int) ([]Mark, error)
}

// A Mark is a moment with a label.
type Mark struct {
	Label string    `json:"label"`
	By    string    `json:"by,omitempty"` // who made it, for people; treated as a label is, but may be empty
	At    time.Time `json:"at,omitzero"`  // set by the store
}

// Limits on marks.
const (
	MaxLabel = 255
	MaxMarks = 1000
)
