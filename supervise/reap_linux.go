package supervise

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// ReapOrphans reaps processes that come to this one when their parents have ended, until ctx
// ends: as the first process of a container it gets all of them. Others than the first get none,
// unless somebody made them a subreaper. It is for a process that has no children but workers:
// it reaps all others.
func (s *Supervisor) ReapOrphans(ctx context.Context) {
	if !inherits() {
		return
	}
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	defer signal.Stop(children)
	for {
		select {
		case <-children:
			if s.inLoop(ctx, s.reap) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// inherits says whether orphans come to this process.
func inherits() bool {
	var subreaper int32
	err := unix.Prctl(unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&subreaper)), 0, 0, 0)
	return os.Getpid() == 1 || err == nil && subreaper != 0
}

// reap reaps each zombie that is no worker. The loop's goroutine calls it: it is the one
// that starts workers and takes their exits, so that none of them is taken for a stranger.
func (s *Supervisor) reap() {
	all, err := proc.All()
	if err != nil {
		return
	}
	for _, p := range proc.Children(all, os.Getpid()) {
		if p.State != 'Z' || s.hasPID(p.PID) {
			continue
		}
		var status unix.WaitStatus
		if pid, err := unix.Wait4(p.PID, &status, unix.WNOHANG, nil); err == nil && pid == p.PID {
			s.log.Debug("orphan reaped", slog.Int("pid", pid), slog.String("program", p.Name), slog.Int("status", int(status)))
		}
	}
}
