package tasuki_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// The tests of real processes run this test binary again as a worker on a yard's
// store. It prints what its handlers do, a line each; the test notes when
// a line came.

const (
	childStore = "TASUKI_TEST_CHILD_STORE"
	childBeat  = "TASUKI_TEST_CHILD_BEAT" // "": the default
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childStore); path != "" {
		os.Exit(child(path))
	}
	os.Exit(m.Run())
}

type steps struct {
	N    int           `json:"n"`
	Each time.Duration `json:"each"`
}

var (
	ledgerKind   = tasuki.NewKind[steps]("ledger")           // resumable; each item a row, with Commit
	stubbornKind = tasuki.NewKind[time.Duration]("stubborn") // ignores everything
	holdKind     = tasuki.NewKind[int]("hold")               // until its context ends
	stuckKind    = tasuki.NewKind[int]("stuck")              // for ever, inside Commit
	noteKind     = tasuki.NewKind[int]("note")               // done at once
)

// child is the worker process.
func child(path string) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	st, err := openYard(context.Background(), path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer st.Close()
	if os.Getenv(childProduces) != "" {
		fmt.Println("worker none")
		produce(st, func(what, job string) { fmt.Println(what, job) })
	}
	beat, _ := time.ParseDuration(os.Getenv(childBeat))
	cfg := tasuki.Config{Logger: log, Beat: beat}
	if book := os.Getenv(childBook); book != "" {
		err = loggedIn(&cfg, book)
	} else {
		cfg.Handlers = append(childHandlers(st), moneyHandlers(st)...)
	}
	w, bad := tasuki.New(st, cfg)
	if err = errors.Join(err, bad); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("worker", w.Name())
	return tasuki.Main(w)
}

func childHandlers(st *yard) []tasuki.Handler {
	say := func(ctx context.Context, what string) {
		fmt.Println(what, tasuki.JobFrom(ctx).ID)
	}
	from := func(s steps) tasuki.Source[int, int] { return count(s.N) }
	return []tasuki.Handler{
		tasuki.Each(ledgerKind, from, func(ctx context.Context, s steps, i int) error {
			<-time.After(s.Each)
			err := st.Commit(ctx, func(tx *sql.Tx) error {
				_, err := tx.Exec(note(ctx, i))
				return err
			})
			if err == nil {
				say(ctx, "item")
			}
			return err
		}),
		stubbornKind.Do(func(ctx context.Context, d time.Duration) error {
			say(ctx, "run")
			<-time.After(d)
			return nil
		}),
		holdKind.Do(func(ctx context.Context, _ int) error {
			say(ctx, "run")
			<-ctx.Done()
			say(ctx, "cause:"+strings.ReplaceAll(context.Cause(ctx).Error(), " ", "-"))
			return ctx.Err()
		}),
		stuckKind.Do(func(ctx context.Context, _ int) error {
			return st.Commit(ctx, func(*sql.Tx) error {
				say(ctx, "run")
				select {}
			})
		}),
		noteKind.Do(func(ctx context.Context, _ int) error { say(ctx, "run"); return nil }),
	}
}

// A process is one worker that a test started.
type process struct {
	t    *testing.T
	path string // of its store
	cmd  *exec.Cmd
	name string // the worker's
	log  *logBuffer

	mu     sync.Mutex
	lines  []line
	moved  chan struct{} // closed and made anew at each line
	exited chan struct{}
	code   int
	at     time.Time // of the exit
}

type line struct {
	at        time.Time
	what, job string
}

// worker starts a worker process on the file and waits until it runs.
func worker(t *testing.T, path string, args ...string) *process {
	t.Helper()
	return workerBy(t, path, nil, args...)
}

// workerBy starts it through a wrapper such as unshare.
func workerBy(t *testing.T, path string, wrapper []string, args ...string) *process {
	t.Helper()
	p := spawn(t, path, append(append(wrapper, os.Args[0]), args...))
	p.awaitLog("worker started")
	return p
}

// spawn starts a worker process and waits for its name.
func spawn(t *testing.T, path string, argv []string) *process {
	t.Helper()
	p := &process{t: t, path: path, cmd: exec.Command(argv[0], argv[1:]...), log: &logBuffer{}, moved: make(chan struct{}), exited: make(chan struct{})}
	// The race detector lets a process wait a second before it exits.
	p.cmd.Env = append(os.Environ(), childStore+"="+path, "GORACE=atexit_sleep_ms=0")
	p.cmd.Stderr = p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(bufio.NewScanner(out))
	t.Cleanup(p.kill)
	p.name = p.await("worker", 1).job
	return p
}

func (p *process) read(in *bufio.Scanner) {
	for in.Scan() {
		what, job, _ := strings.Cut(strings.TrimSpace(in.Text()), " ")
		p.mu.Lock()
		p.lines = append(p.lines, line{time.Now(), what, job})
		close(p.moved)
		p.moved = make(chan struct{})
		p.mu.Unlock()
	}
	err := p.cmd.Wait()
	p.mu.Lock()
	p.at, p.code = time.Now(), p.cmd.ProcessState.ExitCode()
	p.mu.Unlock()
	_ = err // its exit code says it
	close(p.exited)
}

// kill ends the process and all it started, and waits for its end.
func (p *process) kill() {
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

func (p *process) signal(s syscall.Signal) time.Time {
	now := time.Now()
	if err := syscall.Kill(-p.cmd.Process.Pid, s); err != nil {
		p.t.Fatalf("signal %v: %v", s, err)
	}
	return now
}

const patience = 4 * time.Minute

// await answers the n-th line that says what.
func (p *process) await(what string, n int) line {
	p.t.Helper()
	limit := time.After(patience)
	for {
		p.mu.Lock()
		seen, moved := p.said(what), p.moved
		p.mu.Unlock()
		if len(seen) >= n {
			return seen[n-1]
		}
		select {
		case <-moved:
		case <-p.exited:
			if p.mu.Lock(); len(p.said(what)) < n {
				p.t.Fatalf("the worker exited with %d before it said %q %d times; its log:\n%s", p.code, what, n, p.log)
			}
			p.mu.Unlock()
		case <-limit:
			p.t.Fatalf("the worker did not say %q %d times; its log:\n%s", what, n, p.log)
		}
	}
}

// said are the lines that say what; called with mu held.
func (p *process) said(what string) []line {
	var seen []line
	for _, l := range p.lines {
		if l.what == what {
			seen = append(seen, l)
		}
	}
	return seen
}

func (p *process) all(what string) []line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said(what)
}

// awaitLog waits until the worker's log says text.
func (p *process) awaitLog(text string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("the worker logs %q", text), func() bool {
		over := p.over()
		said := strings.Contains(p.log.String(), text)
		if over && !said {
			p.t.Fatalf("the worker exited with %d before it logged %q; its log:\n%s", p.code, text, p.log)
		}
		return said
	})
}

// exit waits for the end and answers its time and code.
func (p *process) exit() (time.Time, int) {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.t.Fatalf("the worker does not exit; its log:\n%s", p.log)
	}
	return p.at, p.code
}

// eventually looks again and again until what is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	limit := time.After(patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("it did not come to be that %s", what)
		}
	}
}

// file makes a store file with a ledger in it.
func file(t *testing.T) (*yard, string) {
	t.Helper()
	return fileIn(t, t.TempDir())
}

func fileIn(t *testing.T, dir string) (*yard, string) {
	t.Helper()
	path := filepath.Join(dir, "jobs.db")
	return yardAt(t, path), path
}

// wantLedger fails unless every item of every job was done exactly once.
func wantLedger(t *testing.T, st *yard, jobs []store.Job, n int) {
	t.Helper()
	for _, j := range jobs {
		rows, items := st.noted(t, j.ID)
		if rows != n || items != n {
			t.Errorf("job %s: %d lost, %d doubled of %d items", j.ID, n-items, rows-items, n)
		}
	}
}

// ended waits until these jobs are done and answers their records.
func ended(t *testing.T, st *yard, jobs []store.Job) []store.Record {
	t.Helper()
	mine := map[string]bool{}
	for _, j := range jobs {
		mine[j.ID] = true
	}
	var recs []store.Record
	eventually(t, fmt.Sprintf("%d jobs are done", len(jobs)), func() bool {
		recs = recs[:0]
		for req := (store.ListRequest{Limit: 1000, Filter: store.Filter{States: []store.State{store.Done}}}); ; {
			page, err := st.List(t.Context(), req)
			if err != nil {
				return false
			}
			for _, r := range page.Jobs {
				if mine[r.ID] {
					recs = append(recs, r)
				}
			}
			if req.After = page.Next; page.Next == "" {
				return len(recs) == len(jobs)
			}
		}
	})
	return recs
}

// wantCosts fails unless the jobs used no attempt and were released this often
// in all.
func wantCosts(t *testing.T, recs []store.Record, releases int) {
	t.Helper()
	attempts, released := 0, 0
	for _, r := range recs {
		attempts += r.Attempts
		released += r.Releases
	}
	if attempts != 0 || released != releases {
		t.Errorf("%d attempts used, %d releases; want 0 and %d", attempts, released, releases)
	}
}

// keep makes n resumable jobs whose records stay readable.
func ledgers(n int, s steps) []store.Job {
	jobs := make([]store.Job, n)
	for i := range jobs {
		jobs[i] = ledgerKind.Job(s, tasuki.Keep(time.Hour))
	}
	return jobs
}

// needs skips a test whose tool is missing; where all must run that is a
// failure.
func needs(t *testing.T, ok bool, what string) {
	t.Helper()
	if !ok && os.Getenv("TASUKI_TEST_ALL") != "" {
		t.Fatalf("%s: not here", what)
	}
	if !ok {
		t.Skipf("%s: not here", what)
	}
}

// store opens the process' store beside it.
func (p *process) store() *yard {
	p.t.Helper()
	st, err := openYard(p.t.Context(), p.path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { st.Close() })
	return st
}

// pid is the worker's own, wrapper or not: its name tells.
func (p *process) pid() int {
	p.t.Helper()
	var pid int
	if _, err := fmt.Sscanf(strings.SplitN(p.name, ":", 3)[1], "%d", &pid); err != nil {
		p.t.Fatalf("worker name %q: %v", p.name, err)
	}
	return pid
}

func gone(pid int) bool { return syscall.Kill(pid, 0) != nil }

// stopping says whether the store knows that the worker stops.
func stopping(t *testing.T, st store.Store, name string) bool {
	ws, err := st.Workers(t.Context(), store.WorkersRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ws {
		if w.Name == name {
			return w.State == store.Stopping
		}
	}
	return false
}

func testBinary(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
