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

// onSignal acts on a signal and says whether it begins the stop.
func (w *Worker) onSignal(s os.Signal) (stop bool) {
	switch s {
	case syscall.SIGTSTP:
		w.Quiet()
	case syscall.SIGCONT:
		w.Resume()
	case syscall.SIGTTIN:
		w.dump()
	default:
		return true
	}
	return false
}
