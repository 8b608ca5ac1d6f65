//go:build !unix

package tasuki

import "os"

// mainSignals are the signals that Main acts on.
func mainSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// isStop says whether a signal begins the stop.
func isStop(os.Signal) bool { return true }

// onSignal acts on a signal that does not; there is none.
func (w *Worker) onSignal(os.Signal) {}
