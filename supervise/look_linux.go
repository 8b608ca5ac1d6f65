package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// look sees once a second what workers do not tell: how much memory they have, and what
// those that tell it in their title have to do.
func (s *Supervisor) look(now time.Time) {
	for _, c := range s.children {
		if resident, err := proc.Resident(c.pid); err == nil {
			c.resident = resident
		}
		c.ooms.look(c.pid)
		if c.phase == starting && s.cfg.Worker.Ready.Notify {
			c.note = unheard(c.pid)
		}
		if !c.habits().title {
			continue
		}
		title, err := proc.Command(c.pid)
		if busy, stopping, ok := busyIn(title); err == nil && ok {
			s.plan.titled(c.process, busy, stopping, now)
		}
	}
	s.looks.Add(1)
	if len(s.hidden) > 0 {
		s.reveal()
	}
	s.forgetStrays()
	s.checkLock()
}

// ErrRemoved: somebody removed the directory, and another supervisor may have begun there.
var ErrRemoved = errors.New("the directory of the locks was removed, so another supervisor may look after the workers; this one leaves them as they are (hint: `tasuki start` takes them over)")

// checkLock looks that the lock which this supervisor holds is still the one that others
// try.
func (s *Supervisor) checkLock() {
	mine, err := s.lock.Stat()
	if err != nil {
		return
	}
	theirs, err := os.Stat(s.room.path(supervisorLock))
	if err == nil && os.SameFile(mine, theirs) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	s.left = ErrRemoved
}

// unheard says why a worker cannot tell that it is ready, if that can be seen: the directory
// of its socket is this user's alone.
func unheard(pid int) string {
	uid, err := proc.Owner(pid)
	if err != nil || uid == os.Geteuid() || uid == 0 {
		return ""
	}
	return fmt.Sprintf("it runs as user %d, who cannot reach its socket (hint: run the supervisor as that user, or say with ready how long a worker has lived when it works, such as 5s)", uid)
}
