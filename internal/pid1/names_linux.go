package pid1

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// lastSignal is the greatest number of a signal.
const lastSignal = 64

// Signal is the one that a name or a number means: TERM, SIGTERM, 15; 0 is none.
func Signal(word string) (sig syscall.Signal, ok bool) {
	if n, err := strconv.Atoi(word); err == nil {
		return syscall.Signal(n), n >= 0 && n <= lastSignal
	}
	if !strings.HasPrefix(word, "SIG") {
		word = "SIG" + word
	}
	sig = unix.SignalNum(word)
	return sig, sig != 0
}

// signalName is how a signal is called.
func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(sig))
}
