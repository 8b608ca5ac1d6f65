package host_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// child starts a process that lives until its standard input ends.
func child(t *testing.T) (*exec.Cmd, host.Identity) {
	t.Helper()
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip("no cat here:", err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	id, err := host.Of(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, id
}

func TestALivingProcessIsNotGone(t *testing.T) {
	_, id := child(t)
	if host.Self().Gone(id) {
		t.Error("a living process is called gone")
	}
	if host.Self().Gone(host.Self()) {
		t.Error("this process calls itself gone")
	}
}

func TestAKilledProcessIsGoneBeforeAndAfterItIsReaped(t *testing.T) {
	cmd, id := child(t)
	cmd.Process.Kill()
	deadline := time.Now().Add(5 * time.Second)
	for !host.Self().Gone(id) {
		if time.Now().After(deadline) {
			t.Fatal("a zombie is not called gone")
		}
	}
	cmd.Wait()
	if !host.Self().Gone(id) {
		t.Error("a reaped process is not called gone")
	}
}

func TestAPidThatIsSomebodyElsesNowIsGone(t *testing.T) {
	_, id := child(t)
	id.Start--
	if !host.Self().Gone(id) {
		t.Error("a process with another start time is taken for the same")
	}
}

func TestAProcessOfAnotherBootOrNamespaceIsNotJudged(t *testing.T) {
	cmd, id := child(t)
	cmd.Process.Kill()
	cmd.Wait()
	boot, space := id, id
	boot.Boot, space.Space = "another", "pid:[1]"
	if host.Self().Gone(boot) || host.Self().Gone(space) || host.Self().Gone(host.Identity{}) {
		t.Error("a process that this one cannot see is called gone")
	}
}

func TestNotifyReachesTheSocketThatTheEnvironmentNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	if err := host.Notify("READY=1"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if n, err := conn.Read(buf); err != nil || string(buf[:n]) != "READY=1" {
		t.Errorf("socket got %q, %v", buf[:n], err)
	}
}

func TestNotifyWithoutASocketDoesNothing(t *testing.T) {
	os.Unsetenv("NOTIFY_SOCKET")
	if err := host.Notify("READY=1"); err != nil {
		t.Error(err)
	}
}

func TestTheWatchdogIsFedTwiceAPeriod(t *testing.T) {
	t.Setenv("WATCHDOG_USEC", "3000000")
	t.Setenv("WATCHDOG_PID", "")
	if got := host.Watchdog(); got != 1500*time.Millisecond {
		t.Errorf("every %v, want 1.5s", got)
	}
	t.Setenv("WATCHDOG_PID", "1")
	if got := host.Watchdog(); got != 0 {
		t.Errorf("another process' watchdog is fed every %v", got)
	}
}
