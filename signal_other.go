//go:build !unix

package tasuki

import "os"

// mainSignals are the signals that Main acts on.
func mainSignals() []os.Signal { return []os.Signal{os.Interrupt} }

// onSignal acts on a signal and says whether it begins the stop.
func (w *Worker) onSignal(os.Signal) (stop bool) { return true }
