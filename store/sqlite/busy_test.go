package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func init() { roles["hold"] = hold }

// hold takes the write lock and keeps it until it is told to let go. It brings
// no schema.
func hold(ctx context.Context, path string) error {
	o, err := Options{}.filled()
	if err != nil {
		return err
	}
	db, err := open(path, "rwc", &o)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("CREATE TABLE IF NOT EXISTS theirs (x)"); err != nil {
		return err
	}
	await()
	if err := tx.Commit(); err != nil {
		return err
	}
	return db.Close()
}

// held is a store whose write lock another process has until letGo is called.
func held(t *testing.T, o Options) (s *Store, letGo func()) {
	t.Helper()
	s = openTemp(t, o)
	beat(t, s, "w", 1)
	c := spawn(t, "hold", s.file.path)
	c.saying("waiting")
	return s, func() { c.in.Write([]byte("!")) }
}

func TestCallsWaitWhileAnotherProcessWritesForTwoSeconds(t *testing.T) {
	s, letGo := held(t, Options{})
	began := time.Now()
	release := time.AfterFunc(2*time.Second, letGo)
	defer release.Stop()
	var calls sync.WaitGroup
	for i := range 10 {
		calls.Go(func() {
			if _, err := s.Enqueue(t.Context(), []store.Job{{ID: store.NewID(), Kind: "k"}}); err != nil {
				t.Errorf("enqueue %d: %v", i, err)
			}
		})
	}
	calls.Go(func() {
		if _, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 2}}); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.List(t.Context(), store.ListRequest{}); err != nil || time.Since(began) > time.Second {
		t.Errorf("looking had to wait: %v, %v", time.Since(began), err)
	}
	calls.Wait()
	if waited := time.Since(began); waited < 1900*time.Millisecond {
		t.Errorf("the calls waited %v: nobody held the lock", waited)
	}
	if got := claim(t, s, "w", 20); len(got) != 10 {
		t.Errorf("%d jobs, want 10", len(got))
	}
}

func TestTheEndOfAContextEndsTheWaitAtOnce(t *testing.T) {
	s, _ := held(t, Options{})
	for name, call := range map[string]func(context.Context) error{
		"first in line":  func(ctx context.Context) error { return enqueueOne(ctx, s) },
		"second in line": func(ctx context.Context) error { go enqueueOne(t.Context(), s); return enqueueOne(ctx, s) },
		"commit": func(ctx context.Context) error {
			h := store.NewHeld("w", store.Claim{ID: "x", Token: 1})
			return s.Commit(store.WithHeld(ctx, h), effect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			err := call(ctx)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want the context's", err)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func enqueueOne(ctx context.Context, s *Store) error {
	_, err := s.Enqueue(ctx, []store.Job{{ID: store.NewID(), Kind: "k"}})
	return err
}

func TestThePatienceOfACallEnds(t *testing.T) {
	s, _ := held(t, Options{BusyTimeout: 200 * time.Millisecond})
	began := time.Now()
	err := enqueueOne(t.Context(), s)
	if code(err) != codeBusy || !strings.Contains(err.Error(), "busy for 200ms") {
		t.Errorf("error %v, want one of a busy database", err)
	}
	if took := time.Since(began); took < 200*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v, want 200 ms", took)
	}
}

func TestAFreshFileThatIsLockedIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	c := spawn(t, "hold", path)
	c.saying("waiting")
	began := time.Now()
	release := time.AfterFunc(300*time.Millisecond, func() { c.in.Write([]byte("!")) })
	defer release.Stop()
	s := openAt(t, path, Options{})
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("opening took %v: nobody held the lock", took)
	}
	add(t, s, 1)
}

func TestAStoreInUseIsOpenedWithoutTheLock(t *testing.T) {
	s, _ := held(t, Options{})
	openAt(t, s.file.path, Options{BusyTimeout: 50 * time.Millisecond})
}

func TestAnIdleClaimNeedsNoLock(t *testing.T) {
	s, _ := held(t, Options{BusyTimeout: 10 * time.Millisecond})
	r, err := s.Claim(t.Context(), request("w", 10))
	if err != nil || len(r.Jobs) != 0 {
		t.Errorf("%v, %v; want nothing and no error while another process writes", r.Jobs, err)
	}
}
