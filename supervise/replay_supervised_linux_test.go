package supervise_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// A watched is a supervisor of the application's workers, in this process.
type watched struct {
	*supervise.Supervisor
	said *said
	stop func() // and all workers; it waits for their end
}

// supervise has three workers supervised, as they are.
func (s *shop) supervise(change func(*supervise.Config)) *watched {
	s.t.Helper()
	w := &watched{said: &said{}}
	output, err := os.Create(s.home.Path("log", "workers.log"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { output.Close() })
	cfg := supervise.Config{
		Workers: 3,
		Dir:     s.home.Path("supervise"),
		Log:     slog.New(slog.NewTextHandler(w.said, nil)),
		Output:  output,
		Worker:  supervise.Worker{Command: s.worker, Dir: s.home.Path(), Env: s.home.Env()},
	}
	if change != nil {
		change(&cfg)
	}
	if w.Supervisor, err = supervise.New(cfg); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("Run: %v", err)
		}
	})
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Log(w.said)
			s.end()
		}
		w.stop()
	})
	return w
}

// restart restarts the workers and answers how long it took.
func (s *shop) restart(w *watched) time.Duration {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	if err := w.Restart(ctx, false); err != nil {
		s.t.Fatal(err)
	}
	return time.Since(began)
}

// end lets all jobs go that may wait.
func (s *shop) end() {
	for _, n := range s.notes() {
		s.letGo(n.Name)
	}
}

// said is a log that is read while it is written.
type said struct {
	mu   sync.Mutex // owns text
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// lines are those that have a text.
func (s *said) lines(of string) []string {
	return slices.DeleteFunc(strings.Split(s.String(), "\n"), func(l string) bool { return !strings.Contains(l, of) })
}
