// Package workertest gives tests of supervisors a worker that says how it is, and does what
// files tell it: a test binary runs it as itself.
package workertest

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// Variable is set to the test's folder for a worker.
const Variable = "SUPERVISE_TEST_WORKER"

// Main is a program that tells how it is, has jobs as long as the file "busy-PID" is
// there, and writes down what happens to it.
func Main() int {
	dir := os.Getenv(Variable)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGTSTP, syscall.SIGCONT)
	note := func(what string) {
		f, _ := os.OpenFile(filepath.Join(dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		defer f.Close()
		json.NewEncoder(f).Encode(map[string]any{"what": what, "pid": os.Getpid(), "worker": os.Getenv("TASUKI_SLOT"), "generation": os.Getenv("TASUKI_GENERATION")})
	}
	say := func(text string) {
		conn, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, text)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad")); err == nil {
		note("bad")
		return 3
	}
	note("start")
	state := "working"
	busyFile := filepath.Join(dir, fmt.Sprintf("busy-%d", os.Getpid()))
	busy := func() int {
		if _, err := os.Stat(busyFile); err == nil {
			return 1
		}
		return 0
	}
	if _, err := os.Stat(filepath.Join(dir, "busy")); err == nil {
		os.WriteFile(busyFile, nil, 0o600)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	for isThere(filepath.Join(dir, "slow")) {
		<-tick.C
	}
	say("READY=1")
	for {
		say(fmt.Sprintf("STATUS=%s\nX_TASUKI_STATE=%s\nX_TASUKI_BUSY=%d", state, state, busy()))
		select {
		case <-tick.C:
		case sig := <-signals:
			note("record " + recordedPhase())
			note(sig.String())
			switch sig {
			case syscall.SIGTSTP:
				state = "quiet"
			case syscall.SIGCONT:
				state = "working"
			case syscall.SIGTERM:
				for busy() > 0 {
					<-tick.C
				}
				note("end")
				return 0
			}
		}
	}
}

// recordedPhase is what the supervisor has written down of this worker.
func recordedPhase() string {
	dir, slot := filepath.Dir(os.Getenv("NOTIFY_SOCKET")), os.Getenv("TASUKI_SLOT")
	var rec struct{ Phase string }
	text, _ := os.ReadFile(filepath.Join(dir, "worker-"+slot+".json"))
	json.Unmarshal(text, &rec)
	return rec.Phase
}

func isThere(file string) bool { _, err := os.Stat(file); return err == nil }
