//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/supervise"
)

// stranger starts a process that belongs to nobody here.
func stranger(t *testing.T) host.Identity {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as workers are
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	id, err := host.Of(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestWhatAFileSaysOfAStrangersProcessEndsNoStranger(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	id := stranger(t)
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// The same pid, of a process that has ended before: another start, another boot.
	for _, file := range []string{"supervisor.json", "worker-0.json"} {
		w.write("d/"+file, fmt.Sprintf(`{"format":1,"identity":"0","pid":%d,"start":%d,"boot":%q,"space":%q,"slot":0,"generation":1,"phase":"working","report":{"busy":-1}}`,
			id.PID, id.Start-1, id.Boot, id.Space))
	}
	if st := w.look(); st.State != supervise.Stopped || st.Supervisor != nil {
		t.Errorf("%+v", st)
	}
	w.must("stop")
	w.must("start")
	if st := w.look(); st.State != supervise.Running || st.Living()[0].PID == id.PID {
		t.Errorf("%+v", st)
	}
	w.must("stop", "--timeout", "5", "--kill")
	if host.Self().Gone(id) {
		t.Error("a stranger's process was ended")
	}
}

func TestFilesThatCannotBeReadStopNothing(t *testing.T) {
	w := newWorkshop(t, 2, patient, "")
	for name, text := range map[string]string{"empty": "", "cut off": `{"format":1,"pi`, "no JSON": "\x00\xff{{", "a later version": `{"format":99,"pid":1,"identity":"0"}`,
		"other types": `{"format":"1","pid":"1","slot":[],"hash":1}`, "huge numbers": `{"format":1,"pid":1e300,"start":-1}`} {
		t.Run(name, func(t *testing.T) {
			os.Mkdir(w.dir, 0o700)
			for _, file := range []string{"supervisor.json", "state.json", "refused.json", "worker-0.json", "worker-1.json", "worker-x.json", "worker-0.json.part", "lock-x", "control"} {
				w.write("d/"+file, text)
			}
			w.look()
			w.must("start")
			if !w.runs() {
				t.Errorf("%+v", w.look())
			}
			w.must("stop")
		})
	}
}

// What a shell, cron or flock has open is no business of what runs for months.
func TestTheBackgroundHasNothingOfWhoStartedIt(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	lock := filepath.Join(w.home, "cron.lock")
	start := w.command("start")
	script := fmt.Sprintf("umask 077; exec 9>%s; flock -n 9 || exit 1; exec %q start --file %q", lock, start.Path, filepath.Join(w.home, "tasuki.yml"))
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env = w.home, append(os.Environ(), "NOTIFY_SOCKET=/nowhere", "LISTEN_FDS=1")
	if out, err := cmd.CombinedOutput(); err != nil { // it returns: nobody holds the pipe
		t.Fatalf("%v: %s", err, out)
	}
	st := w.look()
	super, worker := st.Supervisor.PID, st.Living()[0].PID
	for _, pid := range []int{super, worker} {
		for _, file := range open(t, pid) {
			if file == lock || strings.HasPrefix(file, "pipe:") && pid == worker || strings.HasPrefix(file, "/dev/pts") {
				t.Errorf("process %d has %s open", pid, file)
			}
		}
	}
	if locks := open(t, worker); slices.Contains(locks, filepath.Join(w.dir, "supervisor")) || !slices.Contains(locks, filepath.Join(w.dir, "lock-0")) {
		t.Errorf("the worker has open: %v", locks)
	}
	p, err := proc.Read(super)
	if err != nil || p.Session != super {
		t.Errorf("%+v, %v", p, err)
	}
	if at, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", super)); at != "/" {
		t.Errorf("the supervisor is in %s", at)
	}
	if at, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", worker)); at != w.home {
		t.Errorf("the worker is in %s", at)
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", worker))
	if !strings.Contains(string(text), "Umask:\t0022") {
		t.Errorf("the worker's umask:\n%s", text)
	}
	env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", super))
	if strings.Contains(string(env), "NOTIFY_SOCKET") || strings.Contains(string(env), "LISTEN_FDS") {
		t.Error("the supervisor believes that systemd started it")
	}
}

// A signal that is ignored when a program begins is ignored by all that it starts: in a shell
// that no reader of a pipe's end can stop, for instance.
func TestWorkersBeginWithNoSignalIgnored(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	for name, start := range map[string]func() (end func()){
		"foreground": func() func() {
			f := w.foreground()
			return func() { f.cmd.Process.Signal(syscall.SIGTERM); f.ends() }
		},
		"background": func() func() { w.must("start"); return func() { w.must("stop") } },
	} {
		end := start()
		w.until("it runs", w.runs)
		signals, err := proc.ReadSignals(w.look().Living()[0].PID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []syscall.Signal{syscall.SIGPIPE, syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
			if signals.Ignored.Has(s) || signals.Blocked.Has(s) {
				t.Errorf("%s: %v is ignored or blocked: %+v", name, s, signals)
			}
		}
		end()
	}
}

// A worker may live where this supervisor cannot see it: its slot waits, and who starts is told.
func TestAStartIsToldWhereASlotHasToWait(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(filepath.Join(w.dir, "lock-0"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	start := w.command("start")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", append([]string{"-pf", "--mount-proc", "--kill-child", "--", start.Path}, start.Args[1:]...)...)
	cmd.Dir = w.home
	if os.Geteuid() != 0 || !canMount() {
		t.Skip("needs a PID namespace")
	}
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), "somebody who cannot be seen holds the lock of worker 0") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// open are the files that a process has open.
func open(t *testing.T, pid int) (files []string) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	fds, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		to, _ := os.Readlink(filepath.Join(dir, fd.Name()))
		files = append(files, to)
	}
	return files
}

// inNamespace runs a script of the shell as root of a mount namespace of its own.
func (w *workshop) inNamespace(script string) (code int, out string) {
	w.Helper()
	if os.Geteuid() != 0 || !canMount() {
		w.Skip("needs mounts")
	}
	cmd := exec.Command("unshare", "-m", "sh", "-c", script)
	cmd.Dir = w.home
	text, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(text)
}

func TestAFullDiskIsNamed(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	code, out := w.inNamespace(`mkdir -m 700 d && mount -t tmpfs -o size=64k,mode=700 none d && (cat /dev/zero > d/full; tasuki start --log /dev/null)`)
	if code != 1 || !strings.Contains(out, "no space left on device") || !strings.Contains(out, "hint: is the disk of ") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestADiskThatFillsUpStopsNoWorkerAndNoRestart(t *testing.T) {
	w := newWorkshop(t, 2, "#!/bin/sh\ntrap 'exit 0' TERM\nwhile :; do echo noise; sleep 0.05; done\n", "")
	code, out := w.inNamespace(`set -e
mkdir -m 700 d; mount -t tmpfs -o size=64k,mode=700 none d
tasuki start
cat /dev/zero > d/full || true
tasuki restart --wait
tasuki status
tasuki stop`)
	if code != 0 || !strings.Contains(out, "d: running") && !strings.Contains(out, "shop: running") || !strings.Contains(out, "all have ended") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestWithoutProcItIsSaid(t *testing.T) {
	w := newWorkshop(t, 1, patient, "")
	for _, command := range []string{"start", "supervise", "ensure", "restart", "stop"} {
		code, out := w.inNamespace("mount -t tmpfs none /proc; tasuki " + command)
		if code != 1 || !strings.Contains(out, "/proc") || !strings.Contains(out, "hint: ") {
			t.Errorf("tasuki %s: exit code %d: %s", command, code, out)
		}
	}
	if code, out := w.inNamespace("mount -t tmpfs none /proc; tasuki status"); code != 3 && code != 4 {
		t.Errorf("tasuki status: exit code %d: %s", code, out)
	}
}

func TestADirectoryOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be two users")
	}
	w := newWorkshop(t, 1, patient, "")
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(w.dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	code, out := w.run("start")
	if code != 1 || !strings.Contains(out, "belongs to user 65534") || !strings.Contains(out, "hint: each user has a directory of their own") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
