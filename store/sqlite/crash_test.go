package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

func init() { roles["work"] = work }

// work enqueues, claims and settles without an end. It says of each id what it
// is about to do and what was acknowledged.
func work(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	me := fmt.Sprintf("worker-%d-%d", os.Getpid(), time.Now().UnixNano())
	if _, err := s.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: me, Beat: 1, State: store.Stopping}}); err != nil {
		return err
	}
	say("begun", me)
	for batch := uint64(1); ; batch++ {
		if err := workOnce(ctx, s, me, batch); err != nil {
			return err
		}
	}
}

func workOnce(ctx context.Context, s *Store, me string, batch uint64) error {
	jobs := make([]store.Job, 1+rand.IntN(30))
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: "k", Args: []byte(`{"n":1}`)}
	}
	if _, err := s.Enqueue(ctx, jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		say("enqueued", j.ID)
	}
	r, err := s.Claim(ctx, request(me, 1+rand.IntN(30)))
	if err != nil {
		return err
	}
	out := outcomes(r.Jobs, store.Finish)
	for i := range out {
		say("claimed", out[i].ID)
		if rand.IntN(5) == 0 {
			out[i].Verb = []store.Verb{store.HandOver, store.Fail, store.Return}[rand.IntN(3)]
		} else {
			say("finishing", out[i].ID)
		}
	}
	reply, err := s.Settle(ctx, store.SettleRequest{Worker: me, Batch: batch, Outcomes: out})
	for i, result := range reply.Results {
		if out[i].Verb == store.Finish && result.What == store.Applied {
			say("finished", out[i].ID)
		}
		if result.What != store.Applied {
			say("lost", out[i].ID)
		}
	}
	return err
}

// TestKilledAnywhereNothingAcknowledgedIsLostOrDoubled has two processes work on
// one file and kills one after the other, again and again.
func TestKilledAnywhereNothingAcknowledgedIsLostOrDoubled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	ledger := newLedger(t)
	older := spawn(t, "work", path)
	for range rounds {
		younger := spawn(t, "work", path)
		younger.saying("finished")
		<-time.After(time.Duration(rand.IntN(40_000)) * time.Microsecond)
		older.kill()
		ledger.enter(older)
		older = younger
	}
	older.kill()
	ledger.enter(older)

	s := openAt(t, path, Options{})
	ledger.releaseAll(s)
	beat(t, s, "last", 1)
	for {
		jobs := claim(t, s, "last", 1000)
		if len(jobs) == 0 {
			break
		}
		for _, j := range jobs {
			ledger.drained[j.ID]++
		}
	}
	ledger.balance()
	s.Close()
	audit(t, path)
}

// A ledger counts what the processes said of each id.
type ledger struct {
	t                                      *testing.T
	enqueued, finishing, finished, drained map[string]int
	lost                                   int
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, enqueued: map[string]int{}, finishing: map[string]int{}, finished: map[string]int{}, drained: map[string]int{}}
}

func (l *ledger) enter(c *child) {
	for word, into := range map[string]map[string]int{"enqueued": l.enqueued, "finishing": l.finishing, "finished": l.finished} {
		for _, id := range c.said(word) {
			into[id]++
		}
	}
	l.lost += len(c.said("lost"))
	if errors := c.said("error"); len(errors) > 0 {
		l.t.Errorf("a process failed: %q", errors)
	}
}

// releaseAll releases what the killed workers held, and makes ready what waits
// for a retry.
func (l *ledger) releaseAll(s *Store) {
	l.t.Helper()
	workers, err := s.Workers(l.t.Context(), store.WorkersRequest{})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, w := range workers {
		if _, err := s.Release(l.t.Context(), store.ReleaseRequest{Worker: w.Name, Beat: w.Beat, Why: "killed"}); err != nil {
			l.t.Fatal(err)
		}
	}
	if _, err := s.Move(l.t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: store.Ready}); err != nil {
		l.t.Fatal(err)
	}
}

// balance asserts that every acknowledged job is done once or still there once.
func (l *ledger) balance() {
	l.t.Helper()
	for id := range l.enqueued {
		there, done := l.drained[id], l.finished[id]
		if there+done > 1 {
			l.t.Errorf("%s: finished %d times, and %d times there at the end", id, done, there)
		}
		// A finish that was sent and not answered is in or not.
		if there+done == 0 && l.finishing[id] == 0 {
			l.t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	if l.lost > 0 {
		l.t.Errorf("%d outcomes of living workers were lost", l.lost)
	}
	if len(l.finished) < 100 || len(l.enqueued) < 100 {
		l.t.Errorf("only %d jobs enqueued and %d finished: the test tests little", len(l.enqueued), len(l.finished))
	}
	l.t.Logf("%d enqueued, %d finished, %d there at the end", len(l.enqueued), len(l.finished), len(l.drained))
}
