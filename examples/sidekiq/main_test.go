package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// A shop is both halves on one Redis.
type shop struct {
	*testing.T
	db     *redistest.DB
	dir    string // where Go's worker runs
	outbox string // what NoticeJob wrote
}

func opened(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, db: redistest.Shared(t).DB(t), dir: t.TempDir()}
	s.outbox = filepath.Join(s.dir, "outbox.txt")
	return s
}

// ruby is a Ruby program with a file of the example.
func (s *shop) ruby(file string) redistest.App {
	s.Helper()
	path, err := filepath.Abs(filepath.Join("ruby", file))
	if err != nil {
		s.Fatal(err)
	}
	return redistest.App{URL: s.db.URL(), Code: fmt.Sprintf("load %q", path+".rb"), Env: []string{"OUTBOX=" + s.outbox}}
}

// work starts Go's worker.
func (s *shop) work() *program.Program {
	s.Helper()
	return program.Start(s.T, s.dir, "REDIS_URL="+s.db.URL())
}

// pages are those that are written.
func (s *shop) pages() int {
	names, _ := filepath.Glob(filepath.Join(s.dir, "pages", "7", "*.html"))
	return len(names)
}

// notices are what Ruby was told.
func (s *shop) notices() string {
	text, _ := os.ReadFile(s.outbox)
	return string(text)
}

// catalogue is a file of n lamps.
func catalogue(t *testing.T, n int) string {
	t.Helper()
	var text bytes.Buffer
	fmt.Fprintln(&text, "number,name")
	for i := range n {
		fmt.Fprintf(&text, "%d,\"Lamp <%d>\"\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "catalogue.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRubyEnqueuesGoRunsThoughItIsStoppedAndKilledAndRubyIsToldOnce(t *testing.T) {
	const n = 40_000
	s := opened(t)
	s.ruby("jobs").Sidekiq(t)
	id := strings.TrimSpace(s.ruby("enqueue").Ruby(t, "7", catalogue(t, n), "Lamps"))
	for _, end := range []func(*program.Program){func(p *program.Program) { p.Stop() }, (*program.Program).Kill} {
		before, worker := s.pages(), s.work()
		program.Await(t, "more pages", func() bool { return s.pages() > before })
		end(worker)
		if left := n - s.pages(); left <= 0 || s.notices() != "" {
			t.Fatalf("%d pages are left, notices %q: the test would prove nothing", left, s.notices())
		}
	}
	last := s.work()
	program.Await(t, "the notice", func() bool { return s.notices() != "" })
	last.Stop()
	page, err := os.ReadFile(filepath.Join(s.dir, "pages", "7", fmt.Sprint(n-1, ".html")))
	if want := "<h1>Lamps</h1><p>Lamp &lt;39999&gt;</p>\n"; string(page) != want || s.pages() != n {
		t.Errorf("%d pages, the last is %q, %v", s.pages(), page, err)
	}
	if got, want := s.notices(), "shop 7: The pages of Lamps are there.\n"; got != want {
		t.Errorf("notices %q, want %q", got, want)
	}
	api := redistest.App{URL: s.db.URL()}.Client(t)
	got := redistest.Eval[[]int](t, api, `[Sidekiq::RetrySet.new.size, Sidekiq::DeadSet.new.size, Sidekiq::Queue.new("go").size, Sidekiq::Stats.new.failed]`)
	if fmt.Sprint(got) != "[0 0 0 0]" {
		t.Errorf("retries, dead, waiting, failed: %v after job %s", got, id)
	}
}

func TestGoEnqueuesAndRubyRuns(t *testing.T) {
	s := opened(t)
	s.ruby("jobs").Sidekiq(t)
	if code, err := run(t.Context(), s.db.URL(), []string{"notice", "7", "Open at nine é"}); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	program.Await(t, "the notice", func() bool { return s.notices() != "" })
	if got, want := s.notices(), "shop 7: Open at nine é\n"; got != want {
		t.Errorf("notices %q, want %q", got, want)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	for _, args := range [][]string{{"notice"}, {"notice", "seven", "text"}} {
		if code, err := run(t.Context(), redistest.Shared(t).DB(t).URL(), args); code != tasuki.ExitUsage || err == nil {
			t.Errorf("%q: exit code %d, %v", args, code, err)
		}
	}
	if code, err := run(t.Context(), "redis://127.0.0.1:1", nil); code == 0 || err == nil || !strings.Contains(err.Error(), "hint: ") {
		t.Errorf("exit code %d, %v", code, err)
	}
}
