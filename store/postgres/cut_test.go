package postgres

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// cutoff is a store behind a link, and its ground, which is reached without it.
func cutoff(t *testing.T, o Options) (*Store, *ground, *link) {
	t.Helper()
	g := sharedGrounds(t).take(t)
	l, dsn := linkTo(t, g.dsn)
	o.Schema = g.schema
	s, err := Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, g, l
}

// TestACommitAnswersNilIfAndOnlyIfItIsIn, wherever its connection is cut; and if it is
// not it can be done again.
func TestACommitAnswersNilIfAndOnlyIfItIsIn(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		everywhere(t, func(t *testing.T, cutAt func(*link)) {
			s, g, l := cutoff(t, Options{})
			g.exec(t, "CREATE TABLE tasuki.effects (item text)")
			h := handlerOn(t, w, s, g)
			h.h.Take(point(`1`))
			cutAt(l)
			err := h.commit(h.ctx, h.effect)
			cutAt(l)
			if err == nil {
				h.wantEffects(t, 1, "1")
				return
			}
			if errors.Is(err, store.ErrUnsure) {
				t.Errorf("error %v, but the server could be asked", err)
			}
			h.wantEffects(t, 0, "")
			if err := h.commit(h.ctx, h.effect); err != nil {
				t.Error(err)
			}
			h.wantEffects(t, 1, "1")
		})
	})
}

// TestACommitThatIsInIsKnownThoughItsAnswerIsLost, and one that is not is known too.
func TestACommitThatIsInIsKnownThoughItsAnswerIsLost(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for how, in := range map[cutHow]bool{notAnswered: true, notSent: false} {
			t.Run(string(how), func(t *testing.T) {
				s, g, l := cutoff(t, Options{})
				g.exec(t, "CREATE TABLE tasuki.effects (item text)")
				h := handlerOn(t, w, s, g)
				h.h.Take(point(`1`))
				l.when(how, isCommit)
				err := h.commit(h.ctx, h.effect)
				if !l.heal() {
					t.Fatal("no COMMIT was cut")
				}
				if (err == nil) != in || h.h.Committed() != in {
					t.Errorf("error %v, committed %v; want %v", err, h.h.Committed(), in)
				}
				h.wantEffects(t, map[bool]int{true: 1}[in], map[bool]string{true: "1"}[in])
			})
		}
	})
}

// TestASettleThatIsSentAgainIsAppliedOnce, wherever the first sending was cut.
func TestASettleThatIsSentAgainIsAppliedOnce(t *testing.T) {
	for _, verb := range []store.Verb{store.Finish, store.Fail} {
		t.Run(string(verb), func(t *testing.T) {
			everywhere(t, func(t *testing.T, cutAt func(*link)) {
				s, g, l := cutoff(t, Options{})
				beat(t, s, "w", 1)
				addNamed(t, s, "a", "b")
				all := outcomes(claim(t, s, "w", 2), verb)
				all[1].Enqueue = []store.Job{{ID: "next", Kind: "new"}}
				req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: all}
				cutAt(l)
				r, err := s.Settle(t.Context(), req)
				cutAt(l)
				if err != nil {
					r, err = s.Settle(t.Context(), req)
				}
				if got := whats(r.Results); err != nil || got != "applied applied" && got != "already already" {
					t.Errorf("%s, %v", got, err)
				}
				if verb == store.Finish {
					the(t, s, "next")
				} else {
					the(t, s, "a", "b", "next")
				}
				count := g.ask(t, "SELECT concat(sum(done), ' ', sum(failed)) FROM tasuki.batches")
				if want := map[store.Verb]string{store.Finish: "2 0", store.Fail: "0 2"}[verb]; count != want {
					t.Errorf("done and failed are %s, want %s", count, want)
				}
			})
		})
	}
}

// TestAnEnqueueThatIsSentAgainAddsOnce, wherever the first sending was cut.
func TestAnEnqueueThatIsSentAgainAddsOnce(t *testing.T) {
	for name, jobs := range map[string][]store.Job{
		"one":    {{ID: "a", Kind: "k"}},
		"plain":  {{ID: "a", Kind: "k"}, {ID: "b", Kind: "k"}},
		"unique": {{ID: "a", Kind: "k", Unique: "u", Tick: store.Tick{Schedule: "s", N: 1}}, {ID: "b", Kind: "new", Tags: []string{"t"}}},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, cutAt func(*link)) {
				s, _, l := cutoff(t, Options{})
				cutAt(l)
				got, err := s.Enqueue(t.Context(), jobs)
				cutAt(l)
				if err != nil {
					got, err = s.Enqueue(t.Context(), jobs)
				}
				if err != nil || got[0].What != store.Added && got[0].What != store.Known {
					t.Errorf("%v, %v", got, err)
				}
				want := []string{"a", "b"}[:len(jobs)]
				the(t, s, want...)
			})
		})
	}
}

// TestAClaimWhoseReplyIsLostGoesBack: its jobs are claimed again once two beats did not
// name them.
func TestAClaimWhoseReplyIsLostGoesBack(t *testing.T) {
	everywhere(t, func(t *testing.T, cutAt func(*link)) {
		s, _, l := cutoff(t, Options{})
		beat(t, s, "w", 1)
		addNamed(t, s, "a", "b")
		cutAt(l)
		r, err := s.Claim(t.Context(), request("w", 2))
		cutAt(l)
		if err == nil {
			if len(r.Jobs) != 2 {
				t.Errorf("claimed %v", r.Jobs)
			}
			return
		}
		n := uint64(1) // the server may be at it still when the first beats come
		eventually(t, "are both claimed again", func() bool {
			n += 2
			beat(t, s, "w", n-1)
			beat(t, s, "w", n)
			return len(claim(t, s, "w", 5)) == 2
		})
	})
}

// TestACallThatWasCutCanBeMadeAgain: the pool mends itself.
func TestACallThatWasCutCanBeMadeAgain(t *testing.T) {
	n := uint64(1)
	for name, do := range map[string]func(*testing.T, *Store) error{
		"beat": func(t *testing.T, s *Store) error {
			n++
			return second(s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: n}}))
		},
		"stats": func(t *testing.T, s *Store) error { return second(s.Stats(t.Context())) },
		"release": func(t *testing.T, s *Store) error {
			return second(s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1}))
		},
		"move": func(t *testing.T, s *Store) error {
			return second(s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"a"}}, To: store.Dead}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, cutAt func(*link)) {
				s, _, l := cutoff(t, Options{})
				beat(t, s, "w", 1)
				addNamed(t, s, "a")
				cutAt(l)
				do(t, s)
				cutAt(l)
				if err := do(t, s); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// ends makes the server end the session that does something with the table jobs.
func ends(t *testing.T, g *ground, trigger string) {
	t.Helper()
	g.exec(t, `CREATE FUNCTION tasuki.leave() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN coalesce(NEW, OLD); END $$;
		CREATE `+trigger+` FOR EACH ROW EXECUTE FUNCTION tasuki.leave()`)
	t.Cleanup(func() { g.exec(t, "DROP FUNCTION IF EXISTS tasuki.leave CASCADE") })
}

func TestASessionEndedInTheMiddleOfASettleLosesNothing(t *testing.T) {
	for _, verb := range []store.Verb{store.Finish, store.Fail} {
		t.Run(string(verb), func(t *testing.T) {
			s, g := openTemp(t, Options{})
			beat(t, s, "w", 1)
			addNamed(t, s, "a", "b")
			req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(claim(t, s, "w", 2), verb)}
			ends(t, g, "TRIGGER leave BEFORE UPDATE OR DELETE ON tasuki.jobs")
			if r, err := s.Settle(t.Context(), req); code(err) != "57P01" {
				t.Errorf("%v, %v", r, err)
			}
			if got := states(t, s); got["a"] != store.Running || got["b"] != store.Running {
				t.Errorf("states %v", got)
			}
			g.exec(t, "DROP TRIGGER leave ON tasuki.jobs")
			if got := whats(settle(t, s, "w", 1, req.Outcomes...)); got != "applied applied" {
				t.Errorf("settled: %s", got)
			}
		})
	}
}

// TestASessionEndedInTheMiddleOfACommitIsNoCommit: its end comes while the server looks
// at what was put off until the commit.
func TestASessionEndedInTheMiddleOfACommitIsNoCommit(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		h := holding(t, w)
		h.h.Take(point(`1`))
		ends(t, h.g, "CONSTRAINT TRIGGER leave AFTER INSERT ON tasuki.effects DEFERRABLE INITIALLY DEFERRED")
		err := h.commit(h.ctx, h.effect)
		if err == nil || errors.Is(err, store.ErrUnsure) || h.h.Spent() {
			t.Errorf("error %v, spent %v; want one that is sure", err, h.h.Spent())
		}
		h.wantEffects(t, 0, "")
		h.g.exec(t, "DROP TRIGGER leave ON tasuki.effects")
		if err := h.commit(h.ctx, h.effect); err != nil {
			t.Error(err)
		}
		h.wantEffects(t, 1, "1")
	})
}

// TestAnErrorOfACommitIsUnsureUnlessTheServerSaysThatItUndidIt.
func TestAnErrorOfACommitIsUnsureUnlessTheServerSaysThatItUndidIt(t *testing.T) {
	for _, c := range []struct {
		severity, code string
		unsure         bool
	}{
		{"ERROR", "40001", false}, {"ERROR", "23503", false}, {"ERROR", "53100", false},
		{"ERROR", "40003", true}, {"FATAL", "57P01", true}, {"FATAL", "57P02", true}, {"FATAL", "08P01", true}, {"PANIC", "XX000", true},
	} {
		err := sure(fmt.Errorf("commit: %w", pgError(c.severity, c.code)))
		if errors.Is(err, store.ErrUnsure) != c.unsure {
			t.Errorf("%s %s: %v", c.severity, c.code, err)
		}
	}
}
