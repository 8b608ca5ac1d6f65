package pid1_test

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

const inFront = `print tcgetpgrp(0) == getpgrp() ? "in front\n" : "behind\n"; $| = 1; print ""; exec @ARGV`

func TestOnATerminalTheCommandIsInTheForegroundAndGetsAnInterruptOnce(t *testing.T) {
	t.Parallel()
	needs(t, "script", "perl")
	r, w := pipe(t)
	defer w.Close()
	s := startWith(t, func(cmd *exec.Cmd) { cmd.Stdin = r }, "script", "-qec", "exec "+ours+" -vv -- perl -MPOSIX -e '"+inFront+"' "+work("worker", "INT,TERM,RTMAX", -1, 0), "/dev/null")
	s.sees("worker ready", "[INFO  tasuki-init", "in front")
	if _, err := w.Write([]byte{3}); err != nil { // ^C
		t.Fatal(err)
	}
	s.sees("worker got INT")
	s.init = s.only(s.cmd.Process.Pid, "the init", any).PID
	s.gets(64)
	s.sees("worker got RTMAX")
	s.lacks("SIGINT to pid") // it came from the terminal
	if n := strings.Count(s.says(), "worker got INT"); n != 1 {
		t.Errorf("the worker got INT %d times", n)
	}
	s.gets(syscall.SIGKILL)
	s.until("the worker's end with its terminal", func() bool { return s.ended() })
}
