package tasuki

import (
	"os"
	"syscall"
	"testing"
	"time"
)

func TestAStopIsHeardBehindAnyNumberOfSignalsThatNobodyActedOn(t *testing.T) {
	for _, stop := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		d := newDeadline(&Worker{cfg: Config{Timeout: 100 * time.Hour}})
		told := make(chan os.Signal, 16)
		passed := make(chan struct{})
		go func() { d.pass(told); close(passed) }()
		for range 40 {
			d.arrived <- syscall.SIGTTIN
		}
		d.arrived <- stop
		d.arrived <- syscall.SIGTTIN
		close(d.arrived)
		<-passed
		close(told)
		heard := 0
		for s := range told {
			if s == stop {
				heard++
			}
		}
		if heard != 1 {
			t.Errorf("%v was heard %d times", stop, heard)
		}
		select {
		case <-d.armed:
		default:
			t.Errorf("%v did not arm the deadline", stop)
		}
	}
}
