package postgres

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestABeatLeavesAClaimThatWasMadeMeanwhile: the reply of an old claim came, it was
// returned and claimed again, all between the beat's look and what it puts back.
func TestABeatLeavesAClaimThatWasMadeMeanwhile(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a")
	old := claim(t, s, "w", 1)
	beat(t, s, "w", 2)
	b := beating{store: s, info: "{}", req: &store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 3, State: store.Working}}}
	if err := b.beat(t.Context()); err != nil || len(b.back) != 1 {
		t.Fatal(err, b.back)
	}
	settle(t, s, "w", 1, outcomes(old, store.Return)...)
	claim(t, s, "w", 1)
	if err := b.putBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.reply.Returned != 0 || states(t, s)["a"] != store.Running {
		t.Errorf("%d were put back; the store says %v", b.reply.Returned, states(t, s))
	}
}

func TestABeatBehindAReleaseSaysWhatIsLost(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a")
	held := claimOf(claim(t, s, "w", 1)[0])
	release := connect(t, g.dsn)
	run(t, release, g.text(`BEGIN; SELECT FROM tasuki.workers WHERE name = 'w' FOR UPDATE;
		UPDATE tasuki.jobs SET state = 2, worker = NULL, token = NULL; DELETE FROM tasuki.workers`))
	told := make(chan store.BeatReply, 1)
	go func() {
		r, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 2, State: store.Working}, Claims: []store.Claim{held}})
		if err != nil {
			t.Error(err)
		}
		told <- r
	}()
	waiting(t, connect(t, g.dsn), 1)
	run(t, release, "COMMIT")
	if r := <-told; r.Stale || len(r.Lost) != 1 || r.Lost[0] != held {
		t.Errorf("it answers %+v", r)
	}
}

// TestTimesOfAWorkerAreTheStores, whatever who beats says of them: there are some that
// no JSON holds.
func TestTimesOfAWorkerAreTheStores(t *testing.T) {
	s, _ := openTemp(t, Options{})
	far := time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range uint64(2) {
		w := store.Worker{Name: "w", Beat: n + 1, State: store.Working, StartedAt: far, BeatAt: far}
		if _, err := s.Beat(t.Context(), store.BeatRequest{Worker: w}); err != nil {
			t.Fatal(err)
		}
	}
	workers, err := s.Workers(t.Context(), store.WorkersRequest{})
	if err != nil || len(workers) != 1 {
		t.Fatal(workers, err)
	}
	for _, at := range []time.Time{workers[0].StartedAt, workers[0].BeatAt} {
		if time.Since(at).Abs() > time.Minute {
			t.Errorf("it began, or beat, at %v", at)
		}
	}
}
