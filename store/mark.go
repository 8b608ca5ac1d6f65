package store

import (
	"context"
	"fmt"
	"time"
)

// Marker is optional: a store that keeps marks, such as "a deploy began here",
// for people to see beside what happened to their jobs. See Features.Marks.
type Marker interface {
	// Mark writes one mark and answers it with its time. One that [Mark.Check]
	// refuses fails with that error. The newest MaxMarks are kept.
	Mark(ctx context.Context, m Mark) (Mark, error)
	// Marks answers at most limit marks, the newest first; 0: 100.
	Marks(ctx context.Context, limit int) ([]Mark, error)
}

// A Mark is a moment with a label.
type Mark struct {
	Label string    `json:"label"`        // 1 to MaxLabel bytes of UTF-8 without control characters
	By    string    `json:"by,omitempty"` // who made it, for people; as a label, but may be empty
	At    time.Time `json:"at,omitzero"`  // set by the store
}

// Limits on marks.
const (
	MaxLabel = 255
	MaxMarks = 1000
)

// Check says whether a store may keep the mark: nil, or an error that wraps
// ErrInvalid.
func (m *Mark) Check() error {
	switch {
	case m.Label == "" || !validName(m.Label, MaxLabel):
		return fmt.Errorf("mark: %w: Label must be 1 to %d bytes of UTF-8 without control characters", ErrInvalid, MaxLabel)
	case !validName(m.By, MaxLabel):
		return fmt.Errorf("mark: %w: By must be at most %d bytes of UTF-8 without control characters", ErrInvalid, MaxLabel)
	}
	return nil
}
