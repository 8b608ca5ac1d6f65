package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/control"
	"github.com/tasuki-jobs/tasuki/supervise/internal/workertest"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// An office is a service with test workers, in this process.
type office struct {
	*yard
	set    *settings.Settings
	reload chan os.Signal
	stop   func() error

	stopped func() error // waits for its end
}

// openOffice starts one; config is further lines of its file.
func openOffice(t *testing.T, config string) *office {
	t.Helper()
	y := &yard{t: t, dir: t.TempDir()}
	o := &office{yard: y, reload: make(chan os.Signal)}
	o.configure(config)
	set, err := settings.ReadFile(filepath.Join(y.dir, "tasuki.yml"))
	if err == nil {
		err = set.Complete()
	}
	if err != nil {
		t.Fatal(err)
	}
	set.Config.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	up := make(chan struct{})
	o.set = set
	v := &control.Service{Settings: set, Up: func() { close(up) }, Reload: o.reload}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	o.stopped = sync.OnceValue(func() error { return <-done })
	o.stop = func() error { cancel(); return o.stopped() }
	t.Cleanup(func() {
		left, _ := filepath.Glob(filepath.Join(y.dir, "busy*"))
		for _, file := range left { // nobody is to wait for a worker of a test that failed
			os.Remove(file)
		}
		o.stop()
	})
	select {
	case <-up:
	case err := <-done:
		t.Fatal(err)
	}
	return o
}

// configure writes the file.
func (o *office) configure(config string) {
	o.t.Helper()
	text := fmt.Sprintf("name: office\ndir: d\ncommand: [%q]\nkind: tasuki\nenv:\n  %s: %s\n%s\n", os.Args[0], workertest.Variable, o.dir, config)
	if err := os.WriteFile(filepath.Join(o.dir, "tasuki.yml"), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) ask() *supervise.Status {
	o.t.Helper()
	st, err := control.Ask(o.set.Dir)
	if err != nil {
		o.t.Fatal(err)
	}
	return st
}

func (o *office) untilRunning() {
	o.t.Helper()
	o.until("it runs", func() bool { return o.ask().State == supervise.Running })
}

// call connects to the control socket.
func (o *office) call() net.Conn {
	o.t.Helper()
	conn, err := net.Dial("unix", filepath.Join(o.set.Dir, "control"))
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { conn.Close() })
	return conn
}

// answer is the last line that comes.
func (o *office) answer(conn net.Conn) (last struct{ Error string }) {
	o.t.Helper()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			o.t.Fatalf("%v: %s", err, lines.Bytes())
		}
	}
	return last
}

func TestBadOrdersAreAnsweredAndHarmNothing(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	for name, c := range map[string]struct{ says, want string }{
		"no JSON":         {"hello\n", "cannot be read"},
		"a list":          {"[1,2]\n", "cannot be read"},
		"another version": {`{"protocol":99,"do":"status"}` + "\n", "version 1 and the command version 99"},
		"no version":      {`{"do":"stop"}` + "\n", "version 1 and the command version 0"},
		"no such order":   {`{"protocol":1,"do":"explode"}` + "\n", `no order "explode"`},
		"nested deep":     {strings.Repeat("[", 30_000) + "\n", "cannot be read"},
		"zero bytes":      {strings.Repeat("\x00", 100) + "\n", "cannot be read"},
		"a bad flag":      {`{"protocol":1,"do":"restart","flags":{"workers":["many"]}}` + "\n", "is no such number"},
		"no such flag":    {`{"protocol":1,"do":"restart","flags":{"x":["y"]}}` + "\n", "no key x"},
		"flags of none":   {`{"protocol":1,"do":"restart","flags":{"workers":[]}}` + "\n", "it is one value"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := o.call()
			if _, err := conn.Write([]byte(c.says)); err != nil {
				t.Fatal(err)
			}
			if got := o.answer(conn).Error; !strings.Contains(got, c.want) {
				t.Errorf("answered %q, want %q", got, c.want)
			}
		})
	}
	if st := o.ask(); st.State != supervise.Running || st.Generation != 1 || o.count("start") != 1 {
		t.Errorf("%+v", st)
	}
}

func TestAnOrderWithoutEndIsCutOff(t *testing.T) {
	o := openOffice(t, "")
	conn := o.call()
	go conn.Write([]byte(strings.Repeat("x", 4<<20)))
	if got := o.answer(conn).Error; !strings.Contains(got, "longer than 65536 bytes") {
		t.Errorf("answered %q", got)
	}
}

func TestCallersThatSayNothingHoldUpNobodyAndNoStop(t *testing.T) {
	o := openOffice(t, "")
	for range 10 {
		o.call()
	}
	o.untilRunning()
	began := time.Now()
	if err := o.stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestACallerTooManyIsToldSo(t *testing.T) {
	o := openOffice(t, "")
	for range 64 {
		o.call()
	}
	o.until("one is too many", func() bool {
		conn := o.call()
		defer conn.Close()
		return strings.Contains(o.answer(conn).Error, "64 others")
	})
}

func TestACallerThatReadsNothingHoldsUpNoRestart(t *testing.T) {
	o := openOffice(t, "workers: 2")
	o.untilRunning()
	conn := o.call()
	fmt.Fprintln(conn, `{"protocol":1,"do":"restart"}`)
	o.until("a restart", func() bool { st := o.ask(); return st.Generation == 2 && st.Restart.State == "done" })
}

func TestManyCallersAtOnceAreAllAnswered(t *testing.T) {
	o := openOffice(t, "workers: 2")
	o.untilRunning()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := control.Ask(o.set.Dir); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestRestartsByTwoCallersAreOne(t *testing.T) {
	o := openOffice(t, "workers: 2")
	o.untilRunning()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if st := o.ask(); st.State != supervise.Running || st.Restart.State != "done" {
		t.Errorf("%+v", st)
	}
}

func TestARestartReadsTheFileAgain(t *testing.T) {
	o := openOffice(t, "workers: 1")
	o.untilRunning()
	o.configure("workers: 3")
	if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil); err != nil {
		t.Fatal(err)
	}
	if st := o.ask(); st.Want != 3 || len(st.Slots) != 3 {
		t.Errorf("%+v", st)
	}
	o.configure("workers: 1")
	if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil); err != nil {
		t.Fatal(err)
	}
	o.until("one worker is left", func() bool { st := o.ask(); return st.Want == 1 && len(st.Living()) == 1 && len(st.Slots) == 1 })
}

// A worker understands what it was started for, whatever the file says by now: the signal
// that ends the new version may kill the old one.
func TestAnOldWorkerIsToldInTheWayItWasStartedFor(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	o.configure("stop_signal: HUP\nquiet_signal: none")
	if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil); err != nil {
		t.Fatal(err)
	}
	o.until("the old one is gone", func() bool { return len(o.ask().Living()) == 1 })
	if o.count("stopped") != 1 || o.count("end") != 1 {
		t.Errorf("it did not go quiet, or did not end by itself: %+v", o.log())
	}
}

func TestARestartWithABadFileIsRefusedAndTheWorkersGoOn(t *testing.T) {
	o := openOffice(t, "workers: 1")
	o.untilRunning()
	pid := o.ask().Living()[0].PID
	o.configure("wrokers: 3")
	err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil)
	if !errors.Is(err, control.ErrRefused) || !strings.Contains(err.Error(), "tasuki.yml:7: wrokers: there is no such key") {
		t.Errorf("the restart: %v", err)
	}
	st := o.ask()
	if st.Living()[0].PID != pid || len(st.Why) != 1 || !strings.Contains(st.Why[0].What, "was not begun") {
		t.Errorf("%+v", st)
	}
	o.configure("workers: 1")
	o.reload <- syscall.SIGHUP
	o.until("the next one is", func() bool { st := o.ask(); return st.Generation == 2 && len(st.Why) == 0 })
}

// A lock that a program of a dead worker's holds is named after how workers end, and no
// longer than it is held.
func TestWhoHoldsALockIsNamedBehindWhyWorkersEndAndAsLongAsItIsHeld(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	lock, err := os.OpenFile(filepath.Join(o.set.Dir, "lock-0"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command("sleep", "1000") // has it open as if it had inherited it
	holder.ExtraFiles = []*os.File{lock}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Process.Kill(); holder.Wait() })
	worker := o.ask().Living()[0].PID
	o.file("bad") // who starts now ends at once
	syscall.Kill(worker, syscall.SIGKILL)
	o.until("the lock is free of the worker", func() bool { return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil })
	lock.Close()
	o.until("a new worker ended too", func() bool {
		st := o.ask()
		return len(st.Why) == 2 && strings.Contains(st.Why[0].What, "exit code 3") && strings.Contains(st.Why[1].What, "the lock of the dead worker 0 is held by")
	})
	holder.Process.Kill()
	holder.Wait()
	o.unfile("bad")
	o.until("it is forgotten", func() bool { st := o.ask(); return st.State == supervise.Running && len(st.Why) == 0 })
}

func TestAStopByASocketEndsAll(t *testing.T) {
	o := openOffice(t, "workers: 2")
	o.untilRunning()
	if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "stop"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := o.stop(); err != nil {
		t.Error(err)
	}
	if o.count("end") != 2 {
		t.Errorf("%+v", o.log())
	}
	if _, err := control.Ask(o.set.Dir); !errors.Is(err, control.ErrNobody) {
		t.Errorf("somebody answers: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(o.set.Dir, "*")); strings.Contains(strings.Join(left, " "), "supervisor.json") {
		t.Errorf("left: %v", left)
	}
}

func TestAStopWithATimeKillsAndNamesWhoStillRuns(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	os.WriteFile(filepath.Join(o.dir, fmt.Sprintf("busy-%d", o.ask().Living()[0].PID)), nil, 0o600)
	o.until("it is busy", func() bool { return busy(o.ask()) == 1 })
	var seen []string
	err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "stop", Kill: 0.3}, func(st *supervise.Status) {
		for _, w := range st.Living() {
			seen = append(seen, w.State)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.stop(); err != nil {
		t.Error(err)
	}
	if !slices.Contains(seen, "stopping") {
		t.Errorf("seen: %v", seen)
	}
	if o.count("end") != 0 {
		t.Error("the worker ended by itself")
	}
}

// Who restarts while another stops changes nothing of the stop, above all not its limit.
func TestARestartDuringAStopIsRefusedAndTheStopEndsInItsTime(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	os.WriteFile(filepath.Join(o.dir, fmt.Sprintf("busy-%d", o.ask().Living()[0].PID)), nil, 0o600)
	o.until("it is busy", func() bool { return busy(o.ask()) == 1 })
	stopped := make(chan error, 1)
	go func() {
		stopped <- control.Tell(t.Context(), o.set.Dir, control.Order{Do: "stop", Kill: 2}, nil)
	}()
	o.until("it stops", func() bool { return o.ask().State == supervise.Stopping })
	if err := control.Tell(t.Context(), o.set.Dir, control.Order{Do: "restart"}, nil); err == nil || !strings.Contains(err.Error(), "the supervisor stops") {
		t.Errorf("restart: %v", err)
	}
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(15 * time.Second):
		t.Error("the stop does not end")
	}
}

func busy(st *supervise.Status) (n int) {
	for _, w := range st.Living() {
		if w.Busy != nil {
			n += *w.Busy
		}
	}
	return n
}

func TestASocketThatAKilledSupervisorLeftIsReplaced(t *testing.T) {
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "d"), 0o700)
	listen, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "d", "control"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listen.SetUnlinkOnClose(false)
	listen.Close()
	if _, err := control.Ask(filepath.Join(dir, "d")); !errors.Is(err, control.ErrNobody) {
		t.Errorf("a socket that nobody hears: %v", err)
	}
	y := openOffice(t, "")
	y.stop()
	if err := os.Rename(filepath.Join(dir, "d", "control"), filepath.Join(y.set.Dir, "control")); err != nil {
		t.Fatal(err)
	}
	v := &control.Service{Settings: y.set}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	y.until("it answers", func() bool { _, err := control.Ask(y.set.Dir); return err == nil })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestASecondServiceLeavesTheFirstOnesSocketAlone(t *testing.T) {
	o := openOffice(t, "")
	o.untilRunning()
	v := &control.Service{Settings: o.set}
	if err := v.Run(t.Context()); !errors.Is(err, supervise.ErrRunning) {
		t.Errorf("the second one: %v", err)
	}
	o.ask()
}

// The directory keeps other users out; should somebody open it, the socket still does.
func TestOtherUsersAreNotHeard(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be somebody else")
	}
	o := openOffice(t, "")
	for path := o.set.Dir; len(path) > 1; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o001 == 0 {
			os.Chmod(path, 0o711)
		}
	}
	socket := filepath.Join(o.set.Dir, "control")
	if err := os.Chmod(socket, 0o666); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(filepath.Join(o.dir, "caller"), program, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(o.dir, "caller"))
	cmd.Env = append(os.Environ(), callsSocket+"="+socket)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "belongs to user 65534; this supervisor hears user 0") {
		t.Errorf("%v: %s", err, out)
	}
	if o.ask().State == supervise.Stopping {
		t.Error("it stops")
	}
}

// caller tells a supervisor to stop and prints what it hears.
func caller(socket string) int {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer conn.Close()
	fmt.Fprintln(conn, `{"protocol":1,"do":"stop"}`)
	line, _ := bufio.NewReader(conn).ReadString('\n')
	fmt.Print(line)
	return 0
}

// Who removes the directory makes room for another supervisor; two of them would start
// workers twice.
func TestASupervisorWhoseDirectoryWasRemovedLeavesAndTheNextOneTakesOver(t *testing.T) {
	o := openOffice(t, "workers: 2")
	o.untilRunning()
	pids := []int{o.ask().Living()[0].PID, o.ask().Living()[1].PID}
	if err := os.RemoveAll(o.set.Dir); err != nil {
		t.Fatal(err)
	}
	if err := o.stopped(); err == nil || !strings.Contains(err.Error(), "was removed") {
		t.Fatalf("Run: %v", err)
	}
	v := &control.Service{Settings: o.set}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	o.until("it has both", func() bool {
		st, err := control.Ask(o.set.Dir)
		return err == nil && len(st.Living()) == 2 && st.Living()[0].PID == pids[0] && st.Living()[1].PID == pids[1]
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if o.count("start") != 2 {
		t.Errorf("%+v", o.log())
	}
}
