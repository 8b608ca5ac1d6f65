package sqlite

import (
	"context"
)

// Listen calls wake soon after jobs may have become claimable; see
// [store.Listener].
func (s *Store) Listen(ctx context.Context, _ []string, wake func()) error {
	ear := s.ears.open()
	defer s.ears.close(ear)
	wake()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ear:
			wake()
		}
	}
}
