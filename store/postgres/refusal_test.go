package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// raises makes the server refuse what is done with the job "bad" in the table jobs.
func raises(t *testing.T, g *ground, when, code string) {
	t.Helper()
	g.exec(t, fmt.Sprintf(`CREATE FUNCTION tasuki.refuse() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN IF OLD.id = 'bad' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = '%s'; END IF; RETURN coalesce(NEW, OLD); END $$;
		CREATE TRIGGER refuse BEFORE %s ON tasuki.jobs FOR EACH ROW EXECUTE FUNCTION tasuki.refuse()`, code, when))
	t.Cleanup(func() { g.exec(t, "DROP FUNCTION tasuki.refuse CASCADE") })
}

// TestAnOutcomeThatTheServerRefusesHoldsUpNoOther, whatever the verbs of its batch
// are, and whatever says no.
func TestAnOutcomeThatTheServerRefusesHoldsUpNoOther(t *testing.T) {
	for _, code := range []string{"22001", "23514", "23505", "54000", "P0001"} {
		for _, verb := range []store.Verb{store.Finish, store.Fail, store.Bury, store.Save} {
			t.Run(code+" "+string(verb), func(t *testing.T) {
				s, g := openTemp(t, Options{})
				beat(t, s, "w", 1)
				addNamed(t, s, "a", "bad", "b")
				held := claim(t, s, "w", 3)
				raises(t, g, "UPDATE OR DELETE", code)
				all, batch := outcomes(held, verb), uint64(1)
				for i := range all {
					all[i].Cursor = json.RawMessage(`7`)
					if verb == store.Save {
						all[i].Seq, batch = 1, 0
					}
				}
				results := settle(t, s, "w", batch, all...)
				if got := whats(results); got != "applied refused applied" {
					t.Fatalf("settled: %s", got)
				}
				err := results[1].Err
				if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "not this one") || !strings.Contains(err.Error(), `"bad"`) {
					t.Errorf("error %v", err)
				}
				if got := states(t, s); got["bad"] != store.Running {
					t.Errorf("the refused one is %s", got["bad"])
				}
				if verb == store.Save {
					if got := g.ask(t, "SELECT string_agg(id, ' ' ORDER BY id) FROM tasuki.jobs WHERE cursor = '7'"); got != "a b" {
						t.Errorf("saved: %s", got)
					}
					return
				}
				again := settle(t, s, "w", batch, all...)
				if got := whats(again); got != "already refused already" || again[1].Err.Error() != err.Error() {
					t.Errorf("sent again: %s, %v", got, again[1].Err)
				}
			})
		}
	}
}

// TestWhatARefusedOutcomeEnqueuesIsNotThere, and what the others enqueue is.
func TestWhatARefusedOutcomeEnqueuesIsNotThere(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "bad", "b")
	held := claim(t, s, "w", 3)
	raises(t, g, "DELETE", "23514")
	all := outcomes(held, store.Finish)
	for i := range all {
		all[i].Enqueue = []store.Job{{ID: "after-" + all[i].ID, Kind: "new", Unique: "u" + all[i].ID}}
	}
	if got := whats(settle(t, s, "w", 1, all...)); got != "applied refused applied" {
		t.Fatalf("settled: %s", got)
	}
	the(t, s, "bad", "after-a", "after-b")
	if got, err := s.Stats(t.Context()); err != nil || got.Done != 2 {
		t.Errorf("%d done, %v; want 2", got.Done, err)
	}
}

// TestARefusedOutcomeCanBeSettledWithSomethingElse in a batch of the next number.
func TestARefusedOutcomeCanBeSettledWithSomethingElse(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "bad")
	held := claim(t, s, "w", 1)
	raises(t, g, "DELETE", "23514")
	if got := whats(settle(t, s, "w", 1, outcomes(held, store.Finish)...)); got != "refused" {
		t.Fatalf("settled: %s", got)
	}
	if got := whats(settle(t, s, "w", 2, outcomes(held, store.Fail)...)); got != "applied" {
		t.Errorf("settled: %s", got)
	}
}

// TestAnOutcomeWhoseIDCannotBeSentHoldsUpNoOther.
func TestAnOutcomeWhoseIDCannotBeSentHoldsUpNoOther(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "b")
	for i, verb := range []store.Verb{store.Finish, store.Fail} {
		all := outcomes(claim(t, s, "w", 1), verb)
		all = append(all, store.Outcome{Claim: store.Claim{ID: "a\x00\xff", Token: 1}, Verb: verb})
		if got := whats(settle(t, s, "w", uint64(i)+1, all...)); got != "applied refused" && got != "applied lost" {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// TestAnErrorThatIsNoRefusalFailsTheBatch: of a server that is in trouble nobody says
// that an outcome can never be written.
func TestAnErrorThatIsNoRefusalFailsTheBatch(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "bad")
	held := claim(t, s, "w", 2)
	raises(t, g, "DELETE", "53100")
	req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.Finish)}
	_, err := s.Settle(t.Context(), req)
	hinted(t, err, "settle: ", "disk is full")
	g.exec(t, "DROP TRIGGER refuse ON tasuki.jobs")
	if got := whats(settle(t, s, "w", 1, req.Outcomes...)); got != "applied applied" {
		t.Errorf("settled: %s", got)
	}
}
