package redis

import (
	"context"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

var cancelScript = load("cancel")

// CancelIterable tells jobs that they shall end, wherever they are, as cancel! of
// Sidekiq's iterable jobs does: a job stays in its place, and the worker that runs it or
// comes to it ends it. One of Ruby's calls on_cancel then, at the next item or at the
// start, and one of tasuki's makes the job cancelled. A job of which Ruby has kept no state
// yet is given one, without which Sidekiq would stumble over it.
//
// Move to store.Cancelled, in contrast, takes waiting jobs out of their queues at once, so
// that Ruby never sees them, and tells running ones if they run in Go. CancelIterable
// is for jobs that a Ruby worker runs, and for those whose on_cancel has to be called.
// Classes in Ruby that are not iterable know nothing of it. Nobody looks whether there is
// such a job; what was noted is kept for 30 days.
func (s *Store) CancelIterable(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		if id == "" || len(id) > store.MaxID {
			return fmt.Errorf("cancel %.100q: %w: an id has 1 to %d bytes", id, store.ErrInvalid, store.MaxID)
		}
		keys[i] = iterationKey(id)
	}
	msg, err := s.run(ctx, cancelScript, keys, s.clock()[:2])
	if err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	switch n, err := msg.AsInt64(); {
	case err != nil:
		return fmt.Errorf("cancel: %w", err)
	case int(n) < len(ids):
		return fmt.Errorf("cancel: %w: %d of %d jobs have something else where their iteration state belongs (hint: look at the types of the keys it-…)", store.ErrInvalid, len(ids)-int(n), len(ids))
	}
	return nil
}
