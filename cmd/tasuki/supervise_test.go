//go:build linux

package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
)

// A foreground is `tasuki supervise` of a workshop, as systemd or a container runs it.
type foreground struct {
	*workshop
	cmd *exec.Cmd

	mu    sync.Mutex // owns lines
	lines []string   // what it told systemd
}

// foreground starts it with a notify socket; env is added to its environment.
func (w *workshop) foreground(env ...string) *foreground {
	w.Helper()
	path := filepath.Join(w.home, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		w.Fatal(err)
	}
	f := &foreground{workshop: w, cmd: w.command("supervise")}
	log, err := os.Create(filepath.Join(w.home, "log"))
	if err != nil {
		w.Fatal(err)
	}
	defer log.Close()
	f.cmd.Stdout, f.cmd.Stderr = log, log
	f.cmd.Env = append(append(os.Environ(), "NOTIFY_SOCKET="+path), env...)
	if err := f.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	heard := make(chan struct{})
	go func() { defer close(heard); f.hear(conn) }()
	w.Cleanup(func() {
		f.cmd.Process.Kill()
		f.cmd.Wait()
		conn.Close()
		<-heard
	})
	return f
}

func (f *foreground) hear(conn *net.UnixConn) {
	buf := make([]byte, 8192)
	for {
		n, _, err := conn.ReadFromUnix(buf)
		if err != nil {
			return
		}
		f.mu.Lock()
		f.lines = append(f.lines, strings.Split(string(buf[:n]), "\n")...)
		f.mu.Unlock()
	}
}

// told says how often systemd was told a line that begins so.
func (f *foreground) told(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range f.lines {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

// log is what it and its workers printed.
func (f *foreground) log() string {
	text, err := os.ReadFile(filepath.Join(f.home, "log"))
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

// ends waits for its end and answers the exit code.
func (f *foreground) ends() int {
	f.cmd.Wait()
	return f.cmd.ProcessState.ExitCode()
}

// slow is a worker that ends when the file "go" is there, some time after it was told to.
const slow = "#!/bin/sh\nstopping=\ntrap 'stopping=1' TERM\nwhile [ -z \"$stopping\" ] || [ ! -e go ]; do sleep 0.05; done\n"

func TestSystemdIsToldHowTheSupervisorIs(t *testing.T) {
	w := newWorkshop(t, 2, slow, "")
	f := w.foreground("WATCHDOG_USEC=400000")
	f.until("READY", func() bool { return f.told("READY=1") == 1 })
	if !w.runs() {
		t.Error("it was ready before its workers were")
	}
	f.until("a status and a sign of life", func() bool { return f.told("STATUS=2 of 2 workers work") > 0 && f.told("WATCHDOG=1") > 2 })

	w.write("go", "")
	f.cmd.Process.Signal(syscall.SIGHUP)
	f.until("the restart's begin and end", func() bool {
		return f.told("RELOADING=1") == 1 && f.told("MONOTONIC_USEC=") == 1 && f.told("READY=1") == 2
	})
	f.until("the old ones are gone", func() bool { return len(w.living()) == 2 })

	os.Remove(filepath.Join(w.home, "go"))
	extended := f.told("EXTEND_TIMEOUT_USEC=5000000")
	f.cmd.Process.Signal(syscall.SIGTERM)
	f.until("more time is asked for, again and again", func() bool { return f.told("STOPPING=1") > 0 && f.told("EXTEND_TIMEOUT_USEC=5000000") >= extended+3 })
	w.write("go", "")
	if code := f.ends(); code != 0 {
		t.Errorf("exit code %d: %s", code, f.log())
	}
}

func TestWithoutAWorkerThatWorksSystemdIsNotToldThatAllIsReady(t *testing.T) {
	w := newWorkshop(t, 1, "#!/bin/sh\nexit 1\n", "")
	f := w.foreground()
	f.until("a failure, and that systemd was told of it", func() bool {
		return w.look().State == supervise.Degraded && f.told("STATUS=0 of 1 workers work; slot 0 has no worker that works") > 0
	})
	if f.told("READY=1") > 0 {
		t.Error("it said that it is ready")
	}
	// systemd's own time for a start would never end.
	asked := f.told("EXTEND_TIMEOUT_USEC=")
	f.until("it is tried again", func() bool { return strings.Count(f.log(), "worker ended") >= 4 })
	if again := f.told("EXTEND_TIMEOUT_USEC="); again > asked+1 {
		t.Errorf("it went on asking for time to start: %d times, then %d", asked, again)
	}
	f.cmd.Process.Signal(syscall.SIGTERM)
	if code := f.ends(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTheSecondTERMChangesNothing(t *testing.T) {
	w := newWorkshop(t, 1, slow, "")
	f := w.foreground()
	f.until("it runs", w.runs)
	for range 3 {
		f.cmd.Process.Signal(syscall.SIGTERM)
	}
	f.until("it stops", func() bool { return w.look().State == supervise.Stopping })
	f.cmd.Process.Signal(syscall.SIGINT)
	f.until("the last one was heard", func() bool { return strings.Contains(f.log(), "signal=interrupt") })
	if len(w.living()) != 1 {
		t.Error("the worker is gone")
	}
	w.write("go", "")
	if code := f.ends(); code != 0 || strings.Contains(f.log(), "signal=killed") {
		t.Errorf("exit code %d: %s", code, f.log())
	}
}

func TestAStopOfThePlatformEndsBeforeItsGraceDoes(t *testing.T) {
	w := newWorkshop(t, 1, slow, "timeout: 1h\n")
	f := w.foreground("TASUKI_GRACE=1")
	f.until("it runs", w.runs)
	if st := w.look().Supervisor; st.Stop != 0.9 || st.StopFrom != "the grace of 1s (TASUKI_GRACE) less 100ms" {
		t.Errorf("%+v", st)
	}
	began := time.Now()
	f.cmd.Process.Signal(syscall.SIGTERM)
	f.ends()
	if took := time.Since(began); took < 900*time.Millisecond || took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if log := f.log(); !strings.Contains(log, "signal=killed") || !strings.Contains(log, "TASUKI_GRACE) less 100ms") {
		t.Errorf("the log does not say it: %s", log)
	}
}

// A person who stops has all the time that the configuration gives, whatever the platform
// would.
func TestAStopByCommandIsNotBoundByTheGrace(t *testing.T) {
	w := newWorkshop(t, 1, slow, "")
	f := w.foreground("TASUKI_GRACE=1")
	f.until("it runs", w.runs)
	code, out := w.run("stop", "--timeout", "2")
	if code != 1 || !strings.Contains(out, "still at work: worker 0 (pid ") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if len(w.living()) != 1 {
		t.Error("the worker was killed")
	}
	w.write("go", "")
	if code := f.ends(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Workers of a supervisor that is gone are stopped by the command itself: meanwhile there is
// nothing that could be started, and no restart.
func TestAStartDuringAStopIsRefused(t *testing.T) {
	for _, orphaned := range []bool{false, true} {
		w := newWorkshop(t, 1, strings.Replace(slow, "'stopping=1'", "'touch told; stopping=1'", 1), "")
		w.must("start")
		if orphaned {
			for _, pid := range w.supervisors() {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			w.until("nobody looks after it", func() bool { return len(w.supervisors()) == 0 })
		}
		stop := w.command("stop")
		var told strings.Builder
		stop.Stdout, stop.Stderr = &told, &told
		if err := stop.Start(); err != nil {
			t.Fatal(err)
		}
		w.until("it is told to end", func() bool { _, err := os.Stat(filepath.Join(w.home, "told")); return err == nil })
		if code, out := w.run("start"); code != 1 || !strings.Contains(out, "hint: ") || !strings.Contains(out, "start again when") {
			t.Errorf("orphaned: %v; start: exit code %d: %s", orphaned, code, out)
		}
		if !orphaned {
			if code, out := w.run("restart"); code != 1 || !strings.Contains(out, "hint: `tasuki start` starts new workers when the old ones have ended") {
				t.Errorf("restart: exit code %d: %s", code, out)
			}
		}
		w.write("go", "")
		if err := stop.Wait(); err != nil {
			t.Errorf("%v: %s", err, told.String())
		}
	}
}

// A supervisor that hangs has its workers, and nobody knows how they are.
func TestASupervisorThatHangsIsNamed(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	w.must("start")
	pid := w.look().Supervisor.PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(pid, syscall.SIGCONT)
	var all sync.WaitGroup
	for command, want := range map[string]int{"status": 4, "start": 1, "restart": 1, "ensure": 0} {
		all.Go(func() {
			code, out := w.run(command)
			says := strings.Contains(out, "does not answer: nothing came within 5s") || strings.Contains(out, "hear the supervisor: ")
			if code != want || says != (want > 0) || strings.Count(out, "hint: ") > 1 || want > 0 && !strings.Contains(out, "hangs") {
				t.Errorf("tasuki %s: exit code %d, want %d: %s", command, code, want, out)
			}
		})
	}
	all.Wait()
}

// An agent stands in for that of ECS.
func agentOf(t *testing.T) (uri string, asked func(body string) bool) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, string(body))
		mu.Unlock()
		io.WriteString(w, `{"protection":{"ProtectionEnabled":`+map[bool]string{true: "true", false: "false"}[strings.Contains(string(body), "true")]+`,"TaskArn":"x"}}`)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/api/1", func(body string) bool {
		mu.Lock()
		defer mu.Unlock()
		for _, one := range all {
			if strings.Contains(one, body) {
				return true
			}
		}
		return false
	}
}

// holder is a worker that says that it has a job which it cannot hand over.
func TestTheTaskIsProtectedWhileAWorkerHoldsAJob(t *testing.T) {
	uri, asked := agentOf(t)
	w := newWorkshop(t, 1, patient, "ready: notify\n")
	w.write("tasuki.yml", "name: shop\ndir: d\ncommand: ./w.sh\nready: notify\n")
	f := w.foreground("ECS_AGENT_URI=" + uri)
	f.until("a worker", func() bool { return len(w.look().Living()) == 1 })
	say := func(text string) {
		conn, err := net.Dial("unixgram", filepath.Join(w.dir, "n-0"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, text)
	}
	say("READY=1\nX_TASUKI_STATE=working\nX_TASUKI_BUSY=1\nX_TASUKI_HELD=0")
	f.until("it works", w.runs)
	if asked(`"ProtectionEnabled":true`) || w.look().Supervisor.Protected {
		t.Error("protected, though the job can be handed over")
	}
	say("X_TASUKI_STATE=working\nX_TASUKI_BUSY=1\nX_TASUKI_HELD=1")
	f.until("it is protected", func() bool { return asked(`"ProtectionEnabled":true`) && w.look().Supervisor.Protected })
	f.cmd.Process.Signal(syscall.SIGTERM)
	f.ends()
	if !asked(`"ProtectionEnabled":false`) {
		t.Error("the end did not take it back")
	}
}

func TestAsTheFirstProcessItReapsWhatIsOrphaned(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a PID namespace")
	}
	w := newWorkshop(t, 2, "#!/bin/sh\n(sh -c 'echo orphan; exit 3' & sh -c 'echo another' &)\ntrap 'exit 0' TERM\nwhile :; do (sleep 0.01 & sleep 0.02); done\n", "")
	log, err := os.Create(filepath.Join(w.home, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	command := w.command("supervise")
	cmd := exec.Command("unshare", append([]string{"-pf", "--mount-proc", "--kill-child", "--", command.Path}, command.Args[1:]...)...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
	if err := cmd.Start(); err != nil {
		t.Skip("needs unshare: ", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	ask := func() *supervise.Status {
		st, err := control.Ask(w.dir)
		if err != nil {
			return &supervise.Status{}
		}
		return st
	}
	w.until("it runs", func() bool { return ask().State == supervise.Running })
	if st := ask(); st.Supervisor.PID != 1 {
		t.Fatalf("it is process %d", st.Supervisor.PID)
	}
	first := childOf(t, cmd.Process.Pid)
	seen := map[int]int{} // how often a zombie was seen
	looks := 0
	w.until("some looks", func() bool {
		looks++
		for _, p := range children(t, first) {
			if p.State == 'Z' {
				seen[p.PID]++
			}
		}
		return looks >= 200
	})
	for pid, n := range seen {
		if n > 100 {
			t.Errorf("the zombie %d was there in %d of 200 looks", pid, n)
		}
	}
	began := time.Now()
	syscall.Kill(first, syscall.SIGTERM)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("exit code %d after %v", code, time.Since(began))
	}
}

func children(t *testing.T, pid int) []proc.Process {
	t.Helper()
	all, err := proc.All()
	if err != nil {
		t.Fatal(err)
	}
	return proc.Children(all, pid)
}

func childOf(t *testing.T, pid int) int {
	t.Helper()
	of := children(t, pid)
	if len(of) != 1 {
		t.Fatalf("process %d has the children %v", pid, of)
	}
	return of[0].PID
}

// A terminal of 80 columns shows a status whole: no row of the table is broken, and no word.
func TestAStatusFitsATerminalOfEightyColumns(t *testing.T) {
	w := newWorkshop(t, 2, slow, "timeout: 10m\n")
	w.must("start")
	w.write("tasuki.yml", "name: shop\ndir: d\ncommand: ./w.sh\nworkers: 2\nready: 2s\ntimeout: 10m\n")
	w.must("restart")
	w.write("w.sh", "#!/bin/sh\nexit 3\n")
	w.run("restart")
	p := onTerminal(t, 80, 40, w.command("status").Args...)
	code := p.exits()
	out := p.output()
	if code != 0 || !strings.Contains(out, "stopping") || !strings.Contains(out, "the last restart has failed: worker ") {
		t.Errorf("exit code %d: %s", code, out)
	}
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimRight(line, "\r\n"))); n > 80 && !strings.Contains(line, w.home) {
			t.Errorf("%d wide: %s", n, line)
		}
	}
	w.write("go", "")
}
