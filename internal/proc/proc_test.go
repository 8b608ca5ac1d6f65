//go:build linux

package proc_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// shell starts a shell that runs lines and then says that it is ready; it lives until the
// test ends.
func shell(t *testing.T, lines string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", lines+"\necho ready; read -r _")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Process.Kill(); cmd.Wait() })
	ready := make([]byte, 6)
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestAProcessKnowsItsParent(t *testing.T) {
	cmd := shell(t, "")
	p, err := proc.Read(cmd.Process.Pid)
	if err != nil || p.PID != cmd.Process.Pid || p.Parent != os.Getpid() || p.Name != "sh" || p.Ended() || p.Start == 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestASignalIsCaughtIgnoredOrLeftAlone(t *testing.T) {
	cmd := shell(t, "trap : TERM; trap '' HUP")
	s, err := proc.ReadSignals(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Caught.Has(syscall.SIGTERM) || s.Caught.Has(syscall.SIGUSR1) || !s.Ignored.Has(syscall.SIGHUP) || s.Ignored.Has(syscall.SIGTERM) {
		t.Errorf("caught %x, ignored %x", s.Caught, s.Ignored)
	}
}

func TestWhatIsBelowAProcessIsFoundWithParentsFirst(t *testing.T) {
	cmd := shell(t, "sh -c 'sleep 1000 & wait' &")
	var below []proc.Process
	for len(below) < 2 { // the inner shell has to start its own child first
		all, err := proc.All()
		if err != nil {
			t.Fatal(err)
		}
		below = proc.Descendants(all, cmd.Process.Pid)
	}
	t.Cleanup(func() {
		for _, p := range below {
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
	})
	if below[0].Parent != cmd.Process.Pid || below[1].Parent != below[0].PID {
		t.Errorf("below %d: %+v", cmd.Process.Pid, below)
	}
	above, err := proc.Ancestors(below[1].PID)
	if err != nil || len(above) < 3 || above[0].PID != below[0].PID || above[1].PID != cmd.Process.Pid || above[2].PID != os.Getpid() {
		t.Errorf("above %d: %+v, %v", below[1].PID, above, err)
	}
}

func TestAProcessThatIsGoneDoesNotExist(t *testing.T) {
	cmd := exec.Command("/bin/true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	_, read := proc.Read(pid)
	_, signals := proc.ReadSignals(pid)
	_, command := proc.Command(pid)
	for what, err := range map[string]error{"Read": read, "ReadSignals": signals, "Command": command} {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestANameWithBracketsAndBlanksIsRead(t *testing.T) {
	name := t.TempDir() + "/a) R 1 (b"
	sh, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, sh, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "-c", "echo ready; read -r _")
	stdin, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stdin.Close(); cmd.Wait() }()
	io.ReadFull(out, make([]byte, 6))
	p, err := proc.Read(cmd.Process.Pid)
	if err != nil || p.Name != "a) R 1 (b" || p.Parent != os.Getpid() {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAZombieHasEndedAndNoCommand(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "exit 3")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	for {
		p, err := proc.Read(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		if p.Ended() {
			break
		}
	}
	if words, err := proc.Command(cmd.Process.Pid); err != nil || words != nil {
		t.Errorf("command %q, %v", words, err)
	}
}

func TestACommandLineIsWordByWord(t *testing.T) {
	cmd := shell(t, "")
	words, err := proc.Command(cmd.Process.Pid)
	if err != nil || !slices.Equal(words[:2], []string{"/bin/sh", "-c"}) || !strings.HasSuffix(words[2], "read -r _") || len(words) != 3 {
		t.Errorf("%q, %v", words, err)
	}
}

func TestAProcessHasAnOwnerAndMemory(t *testing.T) {
	uid, err := proc.Owner(os.Getpid())
	if err != nil || uid != os.Geteuid() {
		t.Errorf("owner %d, %v", uid, err)
	}
	memory, err := proc.Resident(os.Getpid())
	if err != nil || memory < 1<<20 || memory > 1<<34 {
		t.Errorf("%d bytes, %v", memory, err)
	}
}
