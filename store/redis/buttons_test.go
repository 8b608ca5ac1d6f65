package redis

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

// Tests of processes run this test binary again as a worker on the store of an address.
const workerOf = "TASUKI_TEST_WORKER_OF"

func TestMain(m *testing.M) {
	if url := os.Getenv(workerOf); url != "" {
		os.Exit(workOn(url))
	}
	os.Exit(m.Run())
}

// holdKind holds its slot until it is told to stop.
var holdKind = tasuki.NewKind[string]("HoldJob")

func hold(ctx context.Context, _ string) error {
	select {
	case <-tasuki.Stopping(ctx):
		return tasuki.Yield()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// workOn is the process of a worker.
func workOn(url string) int {
	s, err := Open(context.Background(), url, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Close()
	w, err := tasuki.New(s, tasuki.Config{Beat: 100 * time.Millisecond, Tag: "gone", Handlers: []tasuki.Handler{holdKind.Do(hold)},
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return tasuki.Main(w)
}

// A program is a worker in a process of its own.
type program struct {
	*exec.Cmd
	t      *testing.T
	mu     sync.Mutex // owns log
	log    bytes.Buffer
	exited chan struct{}
}

func (p *program) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(text)
}

func (p *program) says(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(p.log.String(), text)
}

// startProgram starts one, and waits until Sidekiq's API knows it.
func startProgram(t *testing.T, db *redistest.DB) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0]), t: t, exited: make(chan struct{})}
	p.Env = append(os.Environ(), workerOf+"="+db.URL())
	p.Stdout, p.Stderr = p, p
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.Cmd.Wait() // how it ended is in its state
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.Process.Kill()
		<-p.exited
		if t.Failed() {
			t.Logf("the program said:\n%s", p.log.String())
		}
	})
	until(t, "the program works", func() bool { return p.name(db) != "" })
	return p
}

// name is the worker's, as long as it is in Redis' list of processes.
func (p *program) name(db *redistest.DB) string {
	p.t.Helper()
	for _, name := range redistest.Ask[[]string](p.t, db, "SMEMBERS", "processes") {
		if strings.Contains(name, fmt.Sprintf(":%d:", p.Process.Pid)) {
			return name
		}
	}
	return ""
}

// field is what the process shows of itself.
func field(t *testing.T, db *redistest.DB, name, field string) string {
	t.Helper()
	return redistest.Ask[string](t, db, "HGET", name, field)
}

// TestTheButtonsOfWebQuietDumpAndStopAGoProcess: what it ran is handed over, and nothing of
// it is shown any more.
func TestTheButtonsOfWebQuietDumpAndStopAGoProcess(t *testing.T) {
	c, s, db := ruby(t, "")
	p := startProgram(t, db)
	name := p.name(db)
	enqueue(t, s, holdKind.Job("first"))
	until(t, "it runs", func() bool { return field(t, db, name, "busy") == "1" })

	press(t, c, "/busy", "quiet", name)
	until(t, "it is quiet", func() bool { return field(t, db, name, "quiet") == "true" })
	if got := redistest.Eval[bool](t, c, "Sidekiq::ProcessSet.new.first.stopping?"); !got {
		t.Error("the API does not say that it is quiet")
	}
	enqueue(t, s, holdKind.Job("second"))
	beat := field(t, db, name, "beat")
	until(t, "it beats on", func() bool { return field(t, db, name, "beat") > beat })

	redistest.Eval[any](t, c, "Sidekiq::ProcessSet.new.first.dump_threads")
	until(t, "it dumps its goroutines", func() bool { return p.says("goroutine ") })
	if p.name(db) == "" {
		t.Error("it is gone after the dump")
	}

	press(t, c, "/busy", "stop", name)
	select {
	case <-p.exited:
	case <-time.After(20 * time.Second):
		t.Fatal("it did not stop")
	}
	if code := p.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it exited with %d", code)
	}
	if n := redistest.Ask[int64](t, db, "EXISTS", "processes", name, workKey(name), oldWorkKey(name), signalsKey(name)); n != 0 {
		t.Errorf("of it %q are left", redistest.Ask[[]string](t, db, "KEYS", "*"+name+"*"))
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default"); n != 2 {
		t.Errorf("%d jobs wait, want both", n)
	}
}

// TestAGoProcessThatWasKilledIsGoneFromWebAndOthersRunItsJobs: in a minute; here the beat is
// a thirtieth of the default, and so is the wait.
func TestAGoProcessThatWasKilledIsGoneFromWebAndOthersRunItsJobs(t *testing.T) {
	c, s, db := ruby(t, "")
	p := startProgram(t, db)
	name := p.name(db)
	enqueue(t, s, holdKind.Job("job"))
	until(t, "it runs", func() bool {
		return strings.Contains(redistest.Eval[string](t, c, "Sidekiq::WorkSet.new.map { |p, _, w| p + w['payload']['class'] }.join"), name+"HoldJob")
	})
	page, err := c.Web().Get(t.Context(), "/busy")
	if err != nil || !strings.Contains(page.Body, "gone") || !strings.Contains(page.Body, "HoldJob") {
		t.Fatalf("the page does not show it: %v", err)
	}
	other := startProgram(t, db)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	until(t, "the other runs its job", func() bool { return field(t, db, other.name(db), "busy") == "1" })
	t.Logf("it runs elsewhere %v after the kill", time.Since(began))
	got := redistest.Eval[[]string](t, c, "Sidekiq::ProcessSet.new.map { |p| p['identity'] }")
	if len(got) != 1 || got[0] != other.name(db) {
		t.Errorf("the API shows %q", got)
	}
	if keys := redistest.Ask[[]string](t, db, "KEYS", "*"+name+"*"); len(keys) != 0 {
		t.Errorf("of it %q are left", keys)
	}
}
