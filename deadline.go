package tasuki

import (
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"
)

// A deadline ends the process when a stop's timeout is over, whatever else hangs:
// handlers, the store, the program behind Main, a log that is a full pipe. It counts
// from the signal itself.
type deadline struct {
	w       *Worker
	arrived chan os.Signal
	armed   chan struct{} // closed when it is
	once    sync.Once
	end     time.Time    // when the stop is over; set before armed is closed
	code    atomic.Int32 // the process' exit code then
}

func newDeadline(w *Worker) *deadline {
	return &deadline{w: w, arrived: make(chan os.Signal, 16), armed: make(chan struct{})}
}

// signals are those that Main acts on; the first that stops arms the deadline before
// anybody else hears of it.
func (d *deadline) signals() chan os.Signal {
	told := make(chan os.Signal, 16)
	signal.Notify(d.arrived, mainSignals()...)
	go d.pass(told)
	return told
}

// pass hands signals on. When nobody has acted on sixteen of them, one more is
// dropped, unless it stops: then the oldest is.
func (d *deadline) pass(told chan os.Signal) {
	for s := range d.arrived {
		if isStop(s) {
			d.arm()
		}
		select {
		case told <- s:
			continue
		default:
		}
		if !isStop(s) {
			continue
		}
		select {
		case <-told:
		default:
		}
		told <- s // nobody else sends
	}
}

// deaf ends the hearing of signals.
func (d *deadline) deaf() {
	signal.Stop(d.arrived)
	close(d.arrived)
}

func (d *deadline) arm() {
	d.once.Do(func() {
		d.end = time.Now().Add(d.w.cfg.Timeout)
		time.AfterFunc(d.w.cfg.Timeout-d.w.margin()*3/8, d.leave)
		close(d.armed)
	})
}

// leave exits. The log gets a moment.
func (d *deadline) leave() {
	said := make(chan struct{})
	go func() {
		d.w.log.Error("the process did not end in time; leaving at once", slog.Duration("timeout", d.w.cfg.Timeout))
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(d.w.margin() / 16):
	}
	os.Exit(int(d.code.Load()))
}
