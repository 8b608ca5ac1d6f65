//go:build unix

package tasuki

import (
	"os"
	"syscall"
)

// mainSignals are the signals that Main acts on.
func mainSignals() []os.Signal {
	return []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGTSTP, syscall.SIGCONT, syscall.SIGTTIN}
}

// isStop says whether a signal begins the stop.
func isStop(s os.Signal) bool { return s == syscall.SIGTERM || s == syscall.SIGINT }

// onSignal acts on a signal that does not.
func (w *Worker) onSignal(s os.Signal) {
	switch s {
	case syscall.SIGTSTP:
		w.Quiet()
	case syscall.SIGCONT:
		w.Resume()
	case syscall.SIGTTIN:
		w.dump()
	}
}
