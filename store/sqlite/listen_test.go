package sqlite

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func init() { roles["listen"] = listenAndSay }

// listenAndSay says when it was woken.
func listenAndSay(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	return s.Listen(ctx, nil, func() { say("woken", time.Now().UnixNano()) })
}

// wakeLimit is how soon another process must be woken.
const wakeLimit = 20 * time.Millisecond

func TestAnotherProcessIsWokenSoon(t *testing.T) {
	s := openTemp(t, Options{})
	c := spawn(t, "listen", s.file.path)
	c.saying("woken")
	wakesSoon(t, c, func() { add(t, s, 1) })
}

func TestAnotherProcessIsWokenByAUsersTransaction(t *testing.T) {
	s := openTemp(t, Options{})
	c := spawn(t, "listen", s.file.path)
	c.saying("woken")
	wakesSoon(t, c, func() {
		tx, err := s.DB().Begin()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: store.NewID(), Kind: "k"}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	})
}

// wakesSoon measures how soon a child is woken after something was done. Nine of
// ten times it must be within the limit: the machine may be busy.
func wakesSoon(t *testing.T, c *child, do func()) {
	t.Helper()
	var took []time.Duration
	for range 40 {
		<-time.After(15 * time.Millisecond) // the pace of earlier wakes is over
		before := len(c.said("woken"))
		do()
		done := time.Now().UnixNano()
		eventually(t, "woken", func() bool { return len(c.said("woken")) > before })
		at, err := strconv.ParseInt(c.said("woken")[before], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Duration(at-done))
	}
	slices.Sort(took)
	n := len(took)
	t.Logf("woken after: median %v, p90 %v, slowest %v", took[n/2], took[n*9/10], took[n-1])
	if took[n*9/10] > wakeLimit {
		t.Errorf("p90 %v, want %v at most", took[n*9/10], wakeLimit)
	}
}

func TestIdleListenersAreNotWokenByLooking(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	c := spawn(t, "listen", s.file.path)
	c.saying("woken")
	before := len(c.said("woken"))
	for range 20 {
		claim(t, s, "w", 10)
		<-time.After(5 * time.Millisecond)
	}
	if now := len(c.said("woken")); now != before {
		t.Errorf("%d wakes while nothing was written", now-before)
	}
}

func TestManyCommitsMakeFewWakes(t *testing.T) {
	s := openTemp(t, Options{})
	c := spawn(t, "listen", s.file.path)
	c.saying("woken")
	began := time.Now()
	commits := 0
	for time.Since(began) < 300*time.Millisecond {
		add(t, s, 1)
		commits++
	}
	<-time.After(20 * time.Millisecond)
	limit := int(time.Since(began)/wakePace) + 2
	if n := len(c.said("woken")); n > limit {
		t.Errorf("%d wakes for %d commits, want %d at most", n, commits, limit)
	}
}

func TestWhereTheLogCannotBeWatchedCommitsAreSeenByPolling(t *testing.T) {
	s := openTemp(t, Options{})
	conn, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	woken := make(chan struct{}, 100)
	l := &listening{conn: conn, wake: func() { woken <- struct{}{} }}
	if err := l.watch(filepath.Join(t.TempDir(), "no such log")); err == nil {
		t.Fatal("a missing log was watched")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx, nil) }()
	<-woken // it has begun
	add(t, s, 1)
	select {
	case <-woken:
	case <-time.After(10 * time.Second):
		t.Error("never woken")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestACommitThatShowsLateIsNotMissed has a commit's bytes in the log long before
// the commit is in, as on a slow disk.
func TestACommitThatShowsLateIsNotMissed(t *testing.T) {
	s := openTemp(t, Options{})
	conn, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l := &listening{conn: conn, wake: func() {}}
	if err := l.watch(s.file.path + "-wal"); err != nil {
		t.Skipf("files cannot be watched here: %v", err)
	}
	defer l.watcher.Close()
	if _, err := l.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	pause, err := l.step(t.Context(), true) // stirred, and nothing is in
	if err != nil || pause <= 0 || pause > time.Millisecond {
		t.Fatalf("looks again in %v, %v; want soon", pause, err)
	}
	woken := false
	l.wake = func() { woken = true }
	add(t, s, 1)
	if _, err := l.step(t.Context(), false); err != nil || !woken {
		t.Errorf("woken %v, %v once the commit is in", woken, err)
	}
}
