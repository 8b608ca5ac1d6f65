package redis_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// cramped is a server that throws nothing away.
func cramped(t *testing.T) *redistest.Server {
	t.Helper()
	return redistest.Own(t, redistest.Options{Policy: "noeviction"})
}

// fill makes a server have more than it may.
func fill(t *testing.T, s *redistest.Server) { limit(t, s, "1") }

// emptied lets it have what it likes again.
func emptied(t *testing.T, s *redistest.Server) { limit(t, s, "0") }

func limit(t *testing.T, s *redistest.Server, bytes string) {
	t.Helper()
	if _, err := s.Exec(t.Context(), "CONFIG", "SET", "maxmemory", bytes); err != nil {
		t.Fatal(err)
	}
}

// isFull asserts that a server still takes nothing.
func isFull(t *testing.T, s *redistest.Server) {
	t.Helper()
	_, err := s.Exec(t.Context(), "SET", "one", "more")
	if refused, is := errors.AsType[redistest.ReplyError](err); !is || !strings.HasPrefix(string(refused), "OOM ") {
		t.Errorf("the server is not full (%v): the test tests nothing", err)
	}
}

// TestAFullServerTakesNoJobsAndStillEveryOutcome, by a running worker: those that are
// done, fail, die, wait and bring others.
func TestAFullServerTakesNoJobsAndStillEveryOutcome(t *testing.T) {
	server := cramped(t)
	log := &journal{}
	s := opened(t, server.URL(0), redis.Options{Logger: log.logger()})
	full, ran := make(chan struct{}), atomic.Int64{}
	task, next := tasuki.NewKind[string]("task"), tasuki.NewKind[int]("next")
	do := task.Do(func(ctx context.Context, how string) error {
		<-full
		ran.Add(1)
		switch how {
		case "fail":
			return errors.New("wrong")
		case "die":
			return tasuki.Discard(errors.New("hopeless"))
		case "wait":
			return tasuki.Snooze(time.Hour)
		case "bring":
			return tasuki.Then(next.Job(1))
		}
		return nil
	})
	w, err := tasuki.New(s, tasuki.Config{Handlers: []tasuki.Handler{do}, Logger: log.logger(), Slots: 3, ReadAhead: -1, Beat: 100 * time.Millisecond, Poll: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ways := []string{"done", "fail", "die", "wait", "bring"}
	for _, how := range ways {
		for range 4 {
			if _, err := tasuki.Enqueue(t.Context(), s, task.Job(how)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.Background())
	fill(t, server)
	says(t, second(s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "task"}})), "enqueue: ", "OOM", "raise maxmemory")
	says(t, second(s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "task"}, {ID: "c", Kind: "task"}})), "enqueue: ", "OOM", "raise maxmemory")
	says(t, second(s.Enqueue(t.Context(), []store.Job{{ID: "d", Kind: "task", Unique: "u", Delay: time.Hour}})), "enqueue: ", "OOM", "raise maxmemory")
	close(full)
	count := func() (ready, retry, dead, later, running int) {
		stats, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range stats.Queues {
			ready, retry, dead = ready+q.Counts[store.Ready], retry+q.Counts[store.Retry], dead+q.Counts[store.Dead]
			later, running = later+q.Counts[store.Scheduled], running+q.Counts[store.Running]
		}
		return
	}
	byhand.Eventually(t, "are all outcomes written", func() bool {
		ready, retry, dead, later, running := count()
		return ready == 4 && retry == 4 && dead == 4 && later == 4 && running == 0
	})
	isFull(t, server)
	if n := ran.Load(); n != 20 {
		t.Errorf("%d runs, want 20", n)
	}
	for _, what := range []string{`msg="claim failed"`, `msg="beat failed"`, `msg="outcomes could not be written`, "refuse"} {
		if log.count(what) > 0 {
			t.Errorf("the worker had trouble:\n%s", log)
		}
	}
	emptied(t, server)
	if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "task", Args: []byte(`"done"`)}}); err != nil {
		t.Fatal(err)
	}
	byhand.Eventually(t, "does it run once there is room", func() bool { return ran.Load() == 21 })
}

// second is the error of a call that answers something else too.
func second[T any](_ T, err error) error { return err }

// TestAFullServerLetsAWorkerStartBeatAndGo, and others take back what a dead one held.
func TestAFullServerLetsAWorkerStartBeatAndGo(t *testing.T) {
	server := cramped(t)
	s := opened(t, server.URL(0), redis.Options{})
	byhand.Add(t, s, 3)
	fill(t, server)
	if _, err := server.Exec(t.Context(), "SCRIPT", "FLUSH"); err != nil { // as after a restart
		t.Fatal(err)
	}
	other := opened(t, server.URL(0), redis.Options{})
	byhand.Beat(t, other, "w", 1)
	if held := byhand.Claim(t, other, "w", 2); len(held) != 2 {
		t.Fatalf("claimed %d, want 2", len(held))
	}
	isFull(t, server)
	byhand.Beat(t, s, "v", 1)
	r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone", MaxDeaths: 3})
	if err != nil || !r.Released || len(r.Jobs) != 2 {
		t.Errorf("released %+v, %v", r, err)
	}
	if n := len(byhand.Claim(t, s, "v", 3)); n == 0 {
		t.Error("nothing can be claimed")
	}
	if _, err := s.Signal(t.Context(), []string{"v"}, store.OrderStop); err != nil {
		t.Errorf("a worker cannot be stopped: %v", err)
	}
	if orders := byhand.Beat(t, s, "v", 2).Orders; len(orders) != 1 {
		t.Errorf("orders %v", orders)
	}
}

// TestJobsBecomeDueOnAFullServer, for they take no more room than before.
func TestJobsBecomeDueOnAFullServer(t *testing.T) {
	server := cramped(t)
	s := opened(t, server.URL(0), redis.Options{})
	byhand.Beat(t, s, "w", 1)
	if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k", Delay: 100 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	fill(t, server)
	byhand.Eventually(t, "is it claimed", func() bool { return len(byhand.Claim(t, s, "w", 1)) == 1 })
	isFull(t, server)
}
