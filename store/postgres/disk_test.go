package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// noise is a JSON text of so many bytes that no compression makes smaller by much.
func noise(bytes int) json.RawMessage {
	b := make([]byte, bytes/2-1)
	rand.Read(b)
	return json.RawMessage(`"` + hex.EncodeToString(b) + `"`)
}

// fillWith enqueues until the server refuses, and answers what is there and the error.
func fillWith(t *testing.T, s *Store, bytes int) (ids []string, err error) {
	t.Helper()
	for range 10_000 {
		id := store.NewID()
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k", Args: noise(bytes)}}); err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	t.Fatal("the disk never got full")
	return nil, nil
}

// TestAServerWhoseDiskIsFullIsNamedAndLosesNothing: what needs no room goes on, what does
// can be made again once there is some.
func TestAServerWhoseDiskIsFullIsNamedAndLosesNothing(t *testing.T) {
	disk := pgtest.NewDisk(t, "96m")
	server := pgtest.Own(t, pgtest.Options{Folder: disk.Folder(), WAL: os.TempDir(), Settings: map[string]string{"autovacuum": "off"}})
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	beat(t, s, "w", 1)
	addNamed(t, s, "x", "a", "b", "c")
	remove := func(ids ...string) {
		if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: ids}, To: store.Deleted}); err != nil || n != len(ids) {
			t.Errorf("%d of %d are deleted, %v", n, len(ids), err)
		}
	}
	remove("x")
	held := claim(t, s, "w", 3)
	disk.Fill(t)
	var there []string
	for _, bytes := range []int{100_000, 3000, 100} { // ever smaller ones, until not even those fit
		more, err := fillWith(t, s, bytes)
		hinted(t, err, "enqueue: ", "disk is full")
		there = append(there, more...)
	}

	got := states(t, s)
	for _, id := range there {
		if got[id] != store.Ready {
			t.Errorf("%s was acknowledged and is %q", id, got[id])
		}
	}
	if stats, err := s.Stats(t.Context()); err != nil || stats.Queues[0].Counts[store.Running] != 3 || len(got) != len(there)+3 {
		t.Errorf("%d jobs are there, want %d; stats %+v, %v", len(got), len(there)+3, stats, err)
	}
	all := outcomes(held, store.Bury)
	for i := range all {
		all[i].Failure = &store.Failure{Message: string(noise(4000))}
		all[i].Cursor = noise(100_000)
	}
	req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: all}
	_, err = s.Settle(t.Context(), req)
	hinted(t, err, "settle: ", "disk is full")
	if got := states(t, s); got["a"] != store.Running {
		t.Errorf("a is %s", got["a"])
	}
	remove(there[:3]...)

	disk.Free(t)
	if got := whats(settle(t, s, "w", 1, req.Outcomes...)); got != "applied applied applied" {
		t.Errorf("settled: %s", got)
	}
	the(t, s, append(there[3:], "a", "b", "c")...)
	addNamed(t, s, "after")
}

// A watched is a store that counts Settle calls that failed.
type watched struct {
	*Store
	failed atomic.Int64
}

func (s *watched) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	r, err := s.Store.Settle(ctx, req)
	if err != nil {
		s.failed.Add(1)
	}
	return r, err
}

// An exporter is a worker whose jobs all wait for one word and then have results that
// take room.
type exporter struct {
	*watched
	log  *lines
	word chan struct{} // closed when they may end

	mu   sync.Mutex // owns runs
	runs map[int]int
}

const (
	exports     = 40
	exportBytes = 512 << 10
)

// exporting is one whose jobs all run.
func exporting(t *testing.T, server *pgtest.Server) *exporter {
	t.Helper()
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	e := &exporter{watched: &watched{Store: s}, log: &lines{}, word: make(chan struct{}), runs: map[int]int{}}
	kind := tasuki.NewKind[int]("export", tasuki.Keep(time.Hour))
	w, err := tasuki.New(e.watched, tasuki.Config{
		Slots: exports, Logger: slog.New(slog.NewTextHandler(e.log, nil)),
		Handlers: []tasuki.Handler{kind.Do(e.export)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	jobs := make([]store.Job, exports)
	for i := range jobs {
		jobs[i] = kind.Job(i)
	}
	if _, err := tasuki.Enqueue(t.Context(), s, jobs...); err != nil {
		t.Fatal(err)
	}
	eventually(t, "do all run", func() bool { return e.begun() == exports })
	return e
}

func (e *exporter) export(ctx context.Context, n int) error {
	e.mu.Lock()
	e.runs[n]++
	e.mu.Unlock()
	<-e.word
	return tasuki.SetResult(ctx, noise(exportBytes))
}

func (e *exporter) begun() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.runs)
}

// recorded asserts that all are done, once each, with their results.
func (e *exporter) recorded(t *testing.T) {
	t.Helper()
	done := func() (n int) {
		page, err := e.List(t.Context(), store.ListRequest{Filter: store.Filter{States: []store.State{store.Done}}, Limit: exports + 1})
		if err != nil {
			return 0
		}
		for _, j := range page.Jobs {
			if len(j.Result) == exportBytes {
				n++
			}
		}
		return n
	}
	eventually(t, "are all outcomes written", func() bool { return done() == exports })
	e.mu.Lock()
	defer e.mu.Unlock()
	for n, times := range e.runs {
		if times != 1 {
			t.Errorf("job %d ran %d times", n, times)
		}
	}
}

// saysOnce asserts that the log says when outcomes could not be written, when they were
// again, and nothing in between.
func (e *exporter) saysOnce(t *testing.T) {
	t.Helper()
	const trouble = "outcomes could not be written"
	eventually(t, "does the log say that it is over", func() bool {
		return e.log.count("the store answers again", "after=\""+trouble) == e.log.count("level=ERROR", "msg=\""+trouble)
	})
	if n := e.log.count("level=ERROR", "msg=\""+trouble); n != 1 {
		t.Errorf("the log says %d times that outcomes could not be written; want once for %d tries:\n%s", n, e.failed.Load(), e.log)
	}
	if n := strings.Count(e.log.String(), "\n"); n > 30 {
		t.Errorf("the log has %d lines:\n%s", n, e.log)
	}
}

// lines are a log.
type lines struct {
	mu   sync.Mutex // owns text
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// count is how many lines have all of these words.
func (l *lines) count(words ...string) (n int) {
next:
	for line := range strings.Lines(l.String()) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue next
			}
		}
		n++
	}
	return n
}

// TestOutcomesAreKeptWhileTheServersDiskIsFull, and written once when there is room.
func TestOutcomesAreKeptWhileTheServersDiskIsFull(t *testing.T) {
	disk := pgtest.NewDisk(t, "96m")
	server := pgtest.Own(t, pgtest.Options{Folder: disk.Folder(), WAL: os.TempDir()})
	e := exporting(t, server)
	disk.Fill(t)
	close(e.word)
	eventually(t, "did several tries fail", func() bool { return e.failed.Load() >= 5 })
	if _, err := e.Stats(t.Context()); err != nil {
		t.Errorf("a full disk keeps people from looking: %v", err)
	}
	disk.Free(t)
	e.recorded(t)
	e.saysOnce(t)
}

// TestOutcomesAreKeptWhileTheServersLogOfWritesIsFull: the server crashes of that, and
// cannot start before there is room.
func TestOutcomesAreKeptWhileTheServersLogOfWritesIsFull(t *testing.T) {
	disk := pgtest.NewDisk(t, "80m")
	server := pgtest.Own(t, pgtest.Options{WAL: disk.Folder(),
		Settings: map[string]string{"min_wal_size": "32MB", "max_wal_size": "32MB"}})
	e := exporting(t, server)
	disk.Fill(t)
	close(e.word)
	eventually(t, "did several tries fail", func() bool { return e.failed.Load() >= 5 })
	if log := server.Log(); !strings.Contains(log, "PANIC") || !strings.Contains(log, "No space left on device") {
		t.Errorf("the server did not crash: the test tests nothing; its log:\n%s", log)
	}
	disk.Free(t)
	if server.Ended() {
		if err := server.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	e.recorded(t)
	e.saysOnce(t)
}
