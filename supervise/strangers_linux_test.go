package supervise_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
)

func TestAProcessThatGotAWorkersPidIsLeftAlone(t *testing.T) {
	set := yardSetup(t, 1)
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	syscall.Kill(worker.PID, syscall.SIGKILL)
	within(t, 10*time.Second, "the worker is gone", func() bool { return len(lives(t, set.Dir)) == 0 })
	stranger := exec.Command("sleep", "1000")
	stranger.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stranger.Process.Kill(); stranger.Wait() }()
	rewrite(t, set, "0", func(rec map[string]any) { rec["pid"] = stranger.Process.Pid })
	second := hire(t, set)
	crew(t, set, 1)
	second.stop()
	if p, err := proc.Read(stranger.Process.Pid); err != nil || p.Ended() {
		t.Errorf("the stranger: %+v, %v", p, err)
	}
}

func TestALockThatAJobsProgramHoldsIsNamedAndAnotherIdentityTaken(t *testing.T) {
	set := yardSetup(t, 1)
	set.Worker = supervise.Worker{Kind: supervise.Other, Ready: supervise.Ready{Alive: 50 * time.Millisecond},
		Command: []string{"sh", "-c", "if [ $TASUKI_SLOT = 0 ]; then setsid sleep 1000 & echo $! > " + set.Dir + ".sleeper; fi; exec sleep 2000"}}
	b := hire(t, set)
	crew(t, set, 1)
	var sleeper int
	within(t, 10*time.Second, "its program runs", func() bool {
		text, _ := os.ReadFile(set.Dir + ".sleeper")
		n, _ := fmt.Sscan(string(text), &sleeper)
		return n == 1
	})
	defer syscall.Kill(sleeper, syscall.SIGKILL)
	worker := crew(t, set, 1)["0"]
	syscall.Kill(worker.PID, syscall.SIGKILL)
	within(t, 20*time.Second, "another identity is taken", func() bool { return record(set, "0.2")["phase"] == "working" })
	says(t, set, "the lock of a dead worker is held", fmt.Sprintf("sleep (pid %d)", sleeper))
	b.stop()
	if p, err := proc.Read(sleeper); err != nil || p.Ended() {
		t.Errorf("the program was ended: %+v, %v", p, err)
	}
}

// leftBehind is a set of one worker whose first program, which leads a process group of its
// own and has its environment, outlives it.
func leftBehind(t *testing.T) (set setup, program func() int) {
	t.Helper()
	if _, err := exec.LookPath("perl"); err != nil {
		t.Skip("perl is missing (Debian package perl-base)")
	}
	set = yardSetup(t, 1)
	file := set.Dir + ".program"
	set.Worker = supervise.Worker{Kind: supervise.Other, Ready: supervise.Ready{Alive: 50 * time.Millisecond}, Command: []string{"sh", "-c",
		`[ -e ` + file + ` ] || { perl -e 'setpgrp; open(F, ">", $ARGV[0]); print F "$$ "; close F; exec "sleep", "1000"' ` + file + ` 3>&- & }; trap 'exit 0' TERM; while :; do sleep 0.05 & wait $!; done`}}
	program = func() (pid int) {
		text, _ := os.ReadFile(file)
		fmt.Sscan(string(text), &pid)
		return pid
	}
	t.Cleanup(func() {
		if pid := program(); pid > 0 {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return set, program
}

func TestAProgramThatOutlivedItsWorkerIsTakenForNoWorker(t *testing.T) {
	set, program := leftBehind(t)
	first := hire(t, set)
	within(t, 20*time.Second, "the program runs", func() bool { return program() > 0 && record(set, "0")["phase"] == "working" })
	first.cmd.Process.Signal(syscall.SIGUSR1)
	within(t, 20*time.Second, "the second worker is alone", func() bool {
		return slices.Equal(slots(workersOnly(lives(t, set.Dir), program())), []string{"0.2"})
	})
	first.kill()
	second := hire(t, set)
	says(t, set, "worker taken over", "worker=0.2")
	second.cmd.Process.Signal(syscall.SIGUSR1)
	within(t, 20*time.Second, "a restart", func() bool { text, _ := os.ReadFile(second.said); return strings.Contains(string(text), "restarted") })
	if text, _ := os.ReadFile(logFile(set)); strings.Contains(string(text), fmt.Sprintf("pid=%d", program())) {
		t.Errorf("it was taken over:\n%s", text)
	}
	second.stop()
	if ended(program()) {
		t.Error("it was ended")
	}
}

func TestAfterAStopThatAProgramOutlivedNothingRunsAndAllCanStart(t *testing.T) {
	set, program := leftBehind(t)
	first := hire(t, set)
	within(t, 20*time.Second, "the program runs", func() bool { return program() > 0 && record(set, "0")["phase"] == "working" })
	first.stop()
	if st, err := control.Look(set.Dir); err != nil || st.State != supervise.Stopped {
		t.Errorf("%+v, %v", st, err)
	}
	second := hire(t, set)
	within(t, 20*time.Second, "a worker", func() bool {
		all := workersOnly(lives(t, set.Dir), program())
		return len(all) == 1 && record(set, all[0].slot)["phase"] == "working"
	})
	second.stop()
	if ended(program()) {
		t.Error("the program was ended")
	}
}

// workersOnly are all but a program that has a worker's environment.
func workersOnly(all []live, program int) []live {
	return slices.DeleteFunc(all, func(p live) bool { return p.PID == program })
}

// A supervisor may be killed just when it is about to start a worker. What somebody else starts in
// the same session just then, as in a terminal, is no worker.
func TestAStrangerThatBeganWhenAWorkerWasToIsLeftAlone(t *testing.T) {
	set := yardSetup(t, 1)
	first := hire(t, set)
	worker := crew(t, set, 1)["0"]
	first.kill()
	syscall.Kill(worker.PID, syscall.SIGKILL)
	within(t, 10*time.Second, "the worker is gone", func() bool { return len(lives(t, set.Dir)) == 0 })
	cmd := exec.Command("sleep", "1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	stranger, err := proc.Read(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, set, "0", func(rec map[string]any) {
		maps.DeleteFunc(rec, func(name string, _ any) bool { return slices.Contains([]string{"phase", "ready_at", "report"}, name) })
		rec["pid"], rec["session"], rec["start"] = 0, stranger.Session, stranger.Start
	})
	second := hire(t, set)
	crew(t, set, 1)
	second.stop()
	if ended(stranger.PID) {
		t.Error("it was ended")
	}
	if text, _ := os.ReadFile(logFile(set)); strings.Contains(string(text), fmt.Sprintf("pid=%d", stranger.PID)) {
		t.Errorf("it was taken for a worker:\n%s", text)
	}
}
