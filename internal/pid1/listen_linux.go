package pid1

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A listener hears signals that come to the init, and keeps them until they are taken. One
// that waits already is not kept twice, as in the kernel: then no flood of one takes
// another's place.
type listener struct {
	c    chan syscall.Signal // where they are taken
	raw  chan os.Signal
	done chan struct{}
}

// run is the listener's goroutine; end ends it.
func (l *listener) run() {
	var waiting []syscall.Signal
	for {
		var to chan<- syscall.Signal
		var first syscall.Signal
		if len(waiting) > 0 {
			to, first = l.c, waiting[0]
		}
		select {
		case sig := <-l.raw:
			if sig := sig.(syscall.Signal); !slices.Contains(waiting, sig) {
				waiting = append(waiting, sig)
			}
		case to <- first:
			waiting = waiting[1:]
		case <-l.done:
			return
		}
	}
}

func (l *listener) end() {
	signal.Stop(l.raw)
	close(l.done)
}

// notHeard are signals that no program can catch, or no Go program: SIGPROF is for its profiles, SIGURG is how the
// runtime interrupts goroutines, and one that another sent cannot be told from those; the
// first real-time signals belong to the C library.
func notHeard(sig syscall.Signal) bool {
	switch sig {
	case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGPROF, syscall.SIGURG:
		return true
	}
	return sig >= 32 && sig <= 34
}

// early are signals that programs are told what to do with, and that may come in the first
// moments. To hear one costs some 20 µs, and the command waits for it.
var early = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTSTP, syscall.SIGCONT,
	syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGWINCH, syscall.SIGCHLD}

// listen begins to hear the early signals but those that are ignored: the command has to
// inherit that.
func listen() *listener {
	l := &listener{c: make(chan syscall.Signal), raw: make(chan os.Signal, 256), done: make(chan struct{})}
	for _, sig := range early {
		if !signal.Ignored(sig) {
			signal.Notify(l.raw, sig)
		}
	}
	go l.run()
	return l
}

// hearAll hears the rest too, once the command has been started. On a terminal the
// init is in the background from then on: it may write there, and is not stopped.
func (l *listener) hearAll() {
	var all []os.Signal
	for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
		if !notHeard(sig) {
			all = append(all, sig)
		}
	}
	signal.Notify(l.raw, all...)
	ignore(34)
	if isTerminal(0) || isTerminal(2) {
		signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU)
	}
}

// ignore ignores a signal that package signal does not know.
func ignore(sig syscall.Signal) {
	action := struct{ handler, flags, restorer, mask uintptr }{handler: 1} // SIG_IGN
	syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// unblock clears the mask of blocked signals of this thread, and so of the command that it
// starts.
func unblock() error { return unix.PthreadSigmask(unix.SIG_SETMASK, &unix.Sigset_t{}, nil) }
