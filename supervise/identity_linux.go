package supervise

import (
	"errors"
	"fmt"
	"os"
)

// mostIdentities is how many identities one slot may have.
const mostIdentities = 99

// identity takes the lock of the slot's first identity that is free.
func (s *Supervisor) identity(at *slot) (string, *os.File, error) {
	for n := range mostIdentities {
		identity := at.identity(n + 1)
		if at.has(identity) {
			continue
		}
		lock, err := s.room.lock(lockName(identity))
		if err == nil {
			delete(s.strays, identity)
			return identity, lock, nil
		}
		if !errors.Is(err, errTaken) {
			return "", nil, fmt.Errorf("start worker %s: %w", identity, err)
		}
		s.held(identity)
	}
	return "", nil, fmt.Errorf("slot %s: the locks of all its %d identities are held", at.name(), mostIdentities)
}
