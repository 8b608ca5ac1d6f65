package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// moved is what became of a Move.
type moved struct {
	n   int
	err error
}

// moveBeside moves jobs of the kind k beside the test.
func moveBeside(t *testing.T, s *Store, to store.State) <-chan moved {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done, answer := make(chan struct{}), make(chan moved, 1)
	go func() {
		defer close(done)
		n, err := s.Move(ctx, store.MoveRequest{Filter: store.Filter{Kinds: []string{"k"}}, To: to})
		answer <- moved{n, err}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return answer
}

// soon is a context of something that nobody may hold up.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestAMoveThatMeetsAnOpenCommitHoldsUpNoOther: it waits for that job alone, once it
// has moved all others.
func TestAMoveThatMeetsAnOpenCommitHoldsUpNoOther(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	beat(t, s, "v", 1)
	addNamed(t, s, "a", "b", "c")
	mine, commits := claim(t, s, "w", 1), claim(t, s, "v", 1)
	conn := connect(t, g.dsn)
	run(t, conn, g.text("BEGIN; SELECT FROM tasuki.jobs WHERE id = '"+commits[0].ID+"' FOR NO KEY UPDATE"))
	answer := moveBeside(t, s, store.Cancelled)
	waiting(t, connect(t, g.dsn), 1)
	if got := states(t, s)["c"]; got != store.Cancelled {
		t.Errorf("while the Commit is open c is %q, want cancelled", got)
	}
	r, err := s.Settle(soon(t), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(mine, store.Finish)})
	if err != nil || whats(r.Results) != "applied" {
		t.Errorf("another worker's outcome: %s, %v", whats(r.Results), err)
	}
	run(t, conn, "COMMIT")
	if got := <-answer; got.err != nil || got.n != 3 {
		t.Errorf("moved %d, %v, want 3", got.n, got.err)
	}
	if reply := beat(t, s, "v", 2, claimOf(commits[0])); len(reply.Cancelled) != 1 {
		t.Errorf("the worker of the Commit is told of %v, want its job", reply.Cancelled)
	}
}

// TestAMoveThatLeavesRunningJobsAloneWaitsForNoneOfThem, be a Commit open as long as
// it likes.
func TestAMoveThatLeavesRunningJobsAloneWaitsForNoneOfThem(t *testing.T) {
	for _, to := range []store.State{store.Deleted, store.Dead, store.Ready} {
		t.Run(string(to), func(t *testing.T) {
			s, g := openTemp(t, Options{})
			beat(t, s, "w", 1)
			addNamed(t, s, "runs")
			claim(t, s, "w", 1)
			if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "late", Kind: "k", Delay: time.Hour}}); err != nil {
				t.Fatal(err)
			}
			run(t, connect(t, g.dsn), g.text("BEGIN; SELECT FROM tasuki.jobs WHERE id = 'runs' FOR NO KEY UPDATE"))
			n, err := s.Move(soon(t), store.MoveRequest{Filter: store.Filter{All: true}, To: to})
			if err != nil || n != 1 {
				t.Errorf("moved %d, %v, want 1", n, err)
			}
			if got := states(t, s)["runs"]; got != store.Running {
				t.Errorf("the running job is %q", got)
			}
		})
	}
}

// TestAMoveThatWaitsForAUniqueKeyHoldsUpNoOther: an open transaction of somebody's may
// hold one of many.
func TestAMoveThatWaitsForAUniqueKeyHoldsUpNoOther(t *testing.T) {
	s, g := openTemp(t, Options{})
	jobs := []store.Job{{ID: "a", Kind: "k", Unique: "held"}, {ID: "b", Kind: "k", Unique: "free"}}
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: store.Dead}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	tx := mustBegin(t, s)
	if err := s.EnqueueTx(t.Context(), tx, store.Job{ID: "c", Kind: "other", Unique: "held"}); err != nil {
		t.Fatal(err)
	}
	answer := moveBeside(t, s, store.Ready)
	eventually(t, "is the job whose key is free moved", func() bool { return states(t, s)["b"] == store.Ready })
	waiting(t, connect(t, g.dsn), 1)
	got, err := s.Enqueue(soon(t), []store.Job{{ID: "d", Kind: "other", Unique: "free"}})
	if err != nil || got[0].What != store.Duplicate {
		t.Errorf("enqueue of the other key: %v, %v", got, err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got.err != nil || got.n != 2 {
		t.Errorf("moved %d, %v, want 2", got.n, got.err)
	}
}
