package tasuki_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An ear is the socket on which a worker tells how it does, and all that it said.
type ear struct {
	t    *testing.T
	conn *net.UnixConn
	said []said
}

// A said is one message: its fields and when it came.
type said struct {
	at     time.Time
	fields map[string]string
}

// listen makes the socket at a path, or an abstract one at "@name", and puts it into the
// environment of the workers that the test starts.
func listen(t *testing.T, path string) *ear {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return &ear{t: t, conn: conn}
}

// next reads one message.
func (e *ear) next() said {
	e.t.Helper()
	buf := make([]byte, 4096)
	e.conn.SetReadDeadline(time.Now().Add(patience))
	n, err := e.conn.Read(buf)
	if err != nil {
		e.t.Fatalf("nothing more is said behind %v: %v", e.said, err)
	}
	s := said{at: time.Now(), fields: map[string]string{}}
	for line := range strings.Lines(string(buf[:n])) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		s.fields[name] = value
	}
	e.said = append(e.said, s)
	return s
}

func (e *ear) last() said { return e.said[len(e.said)-1] }

// dial makes the other end of the socket.
func (e *ear) dial() *net.UnixConn {
	e.t.Helper()
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: e.conn.LocalAddr().String(), Net: "unixgram"})
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { conn.Close() })
	return conn
}

// say puts a message of the test's own between those of the worker.
func (e *ear) say(text string) {
	e.t.Helper()
	if _, err := e.dial().Write([]byte(text)); err != nil {
		e.t.Fatal(err)
	}
}

// until reads messages until one has all these fields.
func (e *ear) until(want ...string) said {
	e.t.Helper()
	for began := time.Now(); time.Since(began) < patience; {
		if s := e.next(); s.has(want...) {
			return s
		}
	}
	e.t.Fatalf("no message has %q among %v", want, e.said)
	return said{}
}

func (s said) has(want ...string) bool {
	for _, w := range want {
		name, value, _ := strings.Cut(w, "=")
		if got, ok := s.fields[name]; !ok || got != value {
			return false
		}
	}
	return true
}

func TestProcessTellsItsSupervisorEachChange(t *testing.T) {
	st, path := file(t)
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	p := worker(t, path)
	me := "X_TASUKI_WORKER=" + p.name
	e.until("READY=1", me, "X_TASUKI_STATE=working", "X_TASUKI_BUSY=0", "X_TASUKI_HELD=0", "X_TASUKI_DONE=0")
	enqueued(t, st, noteKind.Job(1))
	e.until(me, "X_TASUKI_BUSY=0", "X_TASUKI_DONE=1")
	enqueued(t, st, stubbornKind.Job(7*time.Second))
	began := e.until(me, "X_TASUKI_BUSY=1", "X_TASUKI_HELD=0", "X_TASUKI_DONE=1")
	if !strings.Contains(began.fields["STATUS"], "stubborn×1") {
		t.Errorf("status %q", began.fields["STATUS"])
	}
	held := e.until(me, "X_TASUKI_HELD=1", "X_TASUKI_STATE=working")
	if d := held.at.Sub(began.at); d < 3*time.Second || d > 30*time.Second {
		t.Errorf("the job is held after %v, want 5 s", d)
	}
	p.signal(syscall.SIGTSTP)
	e.until("X_TASUKI_STATE=quiet", "X_TASUKI_BUSY=1")
	ended := e.until("X_TASUKI_STATE=quiet", "X_TASUKI_BUSY=0", "X_TASUKI_HELD=0", "X_TASUKI_DONE=2")
	if d := ended.at.Sub(began.at); d > 9500*time.Millisecond { // otherwise it would be in the message five seconds behind the last
		t.Errorf("the end of a job of 7 s is told after %v", d)
	}
	p.signal(syscall.SIGCONT)
	e.until("X_TASUKI_STATE=working")
	p.signal(syscall.SIGTERM)
	e.until("X_TASUKI_STATE=stopping")
}

func TestProcessSaysThatItLeavesJobsBehind(t *testing.T) {
	st, path := file(t)
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	enqueued(t, st, stubbornKind.Job(time.Minute))
	p := worker(t, path, "-t", "2")
	p.await("run", 1)
	p.signal(syscall.SIGTERM)
	e.until("X_TASUKI_STATE=leaving", "X_TASUKI_BUSY=1")
}

func TestProcessTellsAtMostTenTimesASecondAndAtLeastEveryFive(t *testing.T) {
	st, path := file(t)
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	worker(t, path)
	first := e.until("READY=1")
	var jobs []store.Job
	for i := range 3000 {
		jobs = append(jobs, noteKind.Job(i))
	}
	enqueued(t, st, jobs...)
	last := e.until("X_TASUKI_DONE=3000", "X_TASUKI_BUSY=0")
	took := last.at.Sub(first.at)
	if n, most := len(e.said), 4+int(took/(100*time.Millisecond)); n > most {
		t.Errorf("%d messages in %v, want at most %d", n, took, most)
	}
	if d := e.next().at.Sub(last.at); d > 8*time.Second {
		t.Errorf("idle, it said nothing for %v", d)
	}
}

func TestProcessIsReadyOnlyWhenItsClaimsAreAnswered(t *testing.T) {
	st, path := file(t)
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	job := noteKind.Job(1)
	enqueued(t, st, job)
	exec := func(sql string) {
		if _, err := st.DB().Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TRIGGER no_claims BEFORE INSERT ON tasuki_running BEGIN SELECT raise(ABORT, 'not today'); END`)
	p := worker(t, path)
	p.awaitLog("claim failed")
	p.awaitBeats(2)
	e.say("MARK=1")
	exec(`DROP TRIGGER no_claims`)
	p.await("run", 1)
	for e.next(); !e.last().has("MARK=1"); e.next() {
		if e.last().has("READY=1") {
			t.Error("it was ready although no claim had succeeded")
		}
	}
	e.until("READY=1")
}

func TestProcessFeedsAWatchdogInTime(t *testing.T) {
	_, path := file(t)
	t.Setenv("WATCHDOG_USEC", "200000")
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	worker(t, path)
	began := e.until("WATCHDOG=1").at
	for range 20 {
		e.until("WATCHDOG=1")
	}
	if d := time.Since(began); d > 15*time.Second {
		t.Errorf("a watchdog of 200 ms was fed 20 times in %v", d)
	}
}

// Each extension holds until the next one comes, and none reaches behind the worker's own
// end.
func TestProcessAsksSystemdForNoMoreTimeThanItTakes(t *testing.T) {
	st, path := file(t)
	e := listen(t, "@tasuki-test-"+strconv.Itoa(os.Getpid())+"-"+t.Name()) // an abstract socket, as in some containers
	enqueued(t, st, stubbornKind.Job(time.Minute))
	p := worker(t, path, "-t", "5")
	e.until("READY=1")
	p.await("run", 1)
	heard := len(e.said)
	end := p.signal(syscall.SIGTERM).Add(5 * time.Second)
	e.until("X_TASUKI_STATE=leaving")
	at, _ := p.exit()
	wantExtensions(t, e.said[heard:], end, at)
}

// wantExtensions looks at what was said since a stop began that is over at end, of a
// worker that exited at a time.
func wantExtensions(t *testing.T, all []said, end, at time.Time) {
	t.Helper()
	var promised time.Time
	for i, s := range all {
		usec, extends := s.fields["EXTEND_TIMEOUT_USEC"]
		if promised.IsZero() && s.fields["STOPPING"] == "1" != extends {
			t.Errorf("message %d: the stop begins with %v", i, s.fields)
		}
		if !extends {
			continue
		}
		if !promised.IsZero() && s.at.After(promised) {
			t.Errorf("message %d came %v after the time that was asked for", i, s.at.Sub(promised))
		}
		n, err := strconv.Atoi(usec)
		if promised = s.at.Add(time.Duration(n) * time.Microsecond); err != nil || promised.After(end.Add(500*time.Millisecond)) {
			t.Errorf("message %d asks for %s µs, %v behind the worker's end", i, usec, promised.Sub(end))
		}
	}
	if promised.IsZero() || at.After(promised.Add(time.Second)) {
		t.Errorf("the worker ended %v after the time that it had asked for", at.Sub(promised))
	}
}

func TestProcessIsNotHeldUpByASupervisorThatDoesNotListen(t *testing.T) {
	st, path := file(t)
	e := listen(t, filepath.Join(t.TempDir(), "s"))
	enqueued(t, st, noteKind.Job(1))
	p := worker(t, path)
	p.await("run", 1)
	full := e.dial()
	for { // nobody reads: until there is no room any more
		full.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := full.Write([]byte("X=1")); err != nil {
			break
		}
	}
	began := p.signal(syscall.SIGTERM)
	if at, code := p.exit(); at.Sub(began) > 10*time.Second || code != 0 {
		t.Errorf("exit %d after %v", code, at.Sub(began))
	}
}

func TestProcessKeepsTheLockOfItsSlotFromWhatItStarts(t *testing.T) {
	_, path := file(t)
	lock := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TASUKI_SLOT", "web")
	t.Setenv("TASUKI_GENERATION", "7")
	t.Setenv("TASUKI_SLOT_LOCK", "8")
	p := spawn(t, path, []string{"sh", "-c", "exec 8<" + lock + "; exec " + testBinary(t)})
	p.awaitLog("worker started")
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/8", p.pid()))
	if err != nil {
		t.Fatal(err)
	}
	var flags uint64
	if _, err := fmt.Sscanf(string(info), "pos: %d\nflags: %o", new(int), &flags); err != nil || flags&syscall.O_CLOEXEC == 0 {
		t.Errorf("the descriptor's flags are %o, %v", flags, err)
	}
	if log := p.log.String(); !strings.Contains(log, "slot=web generation=7") {
		t.Errorf("the log does not name the slot:\n%s", log)
	}
	ws, err := p.store().Workers(t.Context(), store.WorkersRequest{})
	if err != nil || len(ws) != 1 || ws[0].Tag != "web g7" {
		t.Errorf("workers %+v, %v", ws, err)
	}
}

func TestProcessWorksThoughItsSlotHasNoLock(t *testing.T) {
	for _, fd := range []string{"2", "99", "-1", "none", "99999999999999999999"} {
		t.Setenv("TASUKI_SLOT", "web")
		t.Setenv("TASUKI_SLOT_LOCK", fd)
		st, path := file(t)
		enqueued(t, st, noteKind.Job(1))
		p := worker(t, path)
		p.await("run", 1)
		if !strings.Contains(p.log.String(), "the lock of this worker's slot") {
			t.Errorf("TASUKI_SLOT_LOCK=%s: it does not say so:\n%s", fd, p.log)
		}
	}
}
