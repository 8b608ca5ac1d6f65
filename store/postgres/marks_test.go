package postgres

import (
	"fmt"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// slowly makes the store believe that a claim which read everything was slow.
func slowly(t *testing.T, s *Store, c store.ClaimRequest) {
	t.Helper()
	slowBy(t, s, c, time.Hour)
}

// slowBy makes the store believe that a claim which read everything took so long.
func slowBy(t *testing.T, s *Store, c store.ClaimRequest, took time.Duration) {
	t.Helper()
	under := claiming{store: s, req: &c, queues: wants(c.Queues)}
	if err := under.claim(t.Context(), c.Max, noMarks()); err != nil {
		t.Fatal(err)
	}
	s.marks.note(&under, true, took)
}

func TestAClaimThatIsNotSlowSetsNoMarks(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 2)
	slowBy(t, s, request("w", 1), slowClaim-1)
	if m := s.marks.use(time.Now()); len(m.lanes) != 0 {
		t.Errorf("marks %v behind a quick claim", m)
	}
}

func TestClaimsBeginAtMarksBehindASlowOne(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 2)
	slowly(t, s, request("w", 1))
	now := time.Now()
	if m := s.marks.use(now); len(m.lanes) != 1 {
		t.Errorf("marks %v behind a slow claim, want one lane's", m)
	}
	if m := s.marks.use(now.Add(11 * time.Hour)); len(m.lanes) != 0 {
		t.Errorf("marks %v hold for more than ten times as long as the claim took", m)
	}
}

// TestAClaimThatFindsTooFewBehindItsMarksReadsEverything: what came in front is not
// kept waiting by them while slots are free.
func TestAClaimThatFindsTooFewBehindItsMarksReadsEverything(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	ids := add(t, s, 2)
	slowly(t, s, request("w", 1))
	front := store.Job{ID: "front", Kind: "k", Priority: -1}
	if _, err := s.Enqueue(t.Context(), []store.Job{front}); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, j := range claim(t, s, "w", 9) {
		got[j.ID] = true
	}
	if len(got) != 2 || !got["front"] || !got[ids[1]] {
		t.Errorf("claimed %v, want front and %s", got, ids[1])
	}
}

// TestAStoreThatClosesSaysWhatItEnqueued: else the last jobs of a program that ends
// wait for those who poll.
func TestAStoreThatClosesSaysWhatItEnqueued(t *testing.T) {
	s, g := openTemp(t, Options{})
	heard := listen(t, s, "default")
	other := g.open(t, Options{})
	other.bell.quit() // as if it rested just now
	<-other.bell.ended
	addNamed(t, other, "last")
	other.Close()
	heard.hears(t, "the job of a store that was closed")
}

func TestAStoreThatClosesWhileItSaysWhatItEnqueuedIsHeard(t *testing.T) {
	s, g := openTemp(t, Options{})
	heard := listen(t, s, "default")
	for i := range 30 {
		other := g.open(t, Options{})
		addNamed(t, other, fmt.Sprint("last", i))
		other.Close()
		heard.hears(t, "the job of a store that was closed at once")
	}
}
