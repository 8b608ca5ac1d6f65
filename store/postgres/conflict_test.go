package postgres

import (
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestADeadlockIsNoErrorOfASettle: the server undoes it, and it is run again. The other
// session is one that the server would let wait for longer.
func TestADeadlockIsNoErrorOfASettle(t *testing.T) {
	for _, verb := range []store.Verb{store.Finish, store.Fail} {
		t.Run(string(verb), func(t *testing.T) {
			s, g := openTemp(t, Options{})
			beat(t, s, "w", 1)
			addNamed(t, s, "a", "b")
			held := claim(t, s, "w", 2)
			other := connect(t, g.dsn)
			deadlocks := func() int {
				var n int
				if err := other.QueryRow(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			before := deadlocks()
			run(t, other, "SET deadlock_timeout = '1min'; BEGIN")
			run(t, other, g.text("SELECT FROM tasuki.jobs WHERE id = 'b' FOR UPDATE"))
			type answer struct {
				r   store.SettleReply
				err error
			}
			settled := make(chan answer, 1)
			go func() {
				r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, verb)})
				settled <- answer{r, err}
			}()
			waiting(t, connect(t, g.dsn), 1)
			run(t, other, g.text("SELECT FROM tasuki.jobs WHERE id = 'a' FOR UPDATE")) // goes on when ours was undone
			run(t, other, "ROLLBACK")
			if got := <-settled; got.err != nil || whats(got.r.Results) != "applied applied" {
				t.Errorf("%v, %v", got.r, got.err)
			}
			eventually(t, "does the server count a deadlock", func() bool { return deadlocks() > before })
		})
	}
}

// undoes makes the server undo the first writes of jobs, as it does when transactions
// conflict.
func undoes(t *testing.T, g *ground, code string, times int) {
	t.Helper()
	g.exec(t, fmt.Sprintf(`CREATE SEQUENCE tasuki.undone;
		CREATE FUNCTION tasuki.undo() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN IF nextval('%s.undone') <= %d THEN RAISE EXCEPTION 'again' USING ERRCODE = '%s'; END IF; RETURN NULL; END $$;
		CREATE TRIGGER undo AFTER INSERT OR UPDATE OR DELETE ON tasuki.jobs FOR EACH STATEMENT EXECUTE FUNCTION tasuki.undo()`,
		quoted(g.schema), times, code))
	t.Cleanup(func() { g.exec(t, "DROP FUNCTION tasuki.undo CASCADE; DROP SEQUENCE tasuki.undone") })
}

// TestWhatTheServerUndoesForNoFaultIsRunAgain, once and not twice.
func TestWhatTheServerUndoesForNoFaultIsRunAgain(t *testing.T) {
	for _, code := range []string{codeSerialization, codeDeadlock} {
		for name, do := range map[string]func(*testing.T, *Store){
			"enqueue one": func(t *testing.T, s *Store) { add(t, s, 1) },
			"enqueue":     func(t *testing.T, s *Store) { add(t, s, 2) },
			"enqueue judged": func(t *testing.T, s *Store) {
				if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "u", Kind: "k", Unique: "u"}}); err != nil {
					t.Error(err)
				}
			},
			"claim": func(t *testing.T, s *Store) {
				if got := claim(t, s, "w", 2); len(got) != 2 {
					t.Errorf("claimed %v", got)
				}
			},
			"release": func(t *testing.T, s *Store) {
				r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "v", Beat: 1})
				if err != nil || len(r.Jobs) != 1 {
					t.Errorf("%+v, %v", r, err)
				}
			},
			"move": func(t *testing.T, s *Store) {
				n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"a", "b"}}, To: store.Dead})
				if err != nil || n != 2 {
					t.Errorf("%d, %v", n, err)
				}
			},
		} {
			t.Run(code+" "+name, func(t *testing.T) {
				s, g := openTemp(t, Options{})
				beat(t, s, "v", 1)
				addNamed(t, s, "held")
				claim(t, s, "v", 1)
				beat(t, s, "w", 1)
				addNamed(t, s, "a", "b")
				undoes(t, g, code, 2)
				do(t, s)
			})
		}
	}
}

// TestWhatTheServerAlwaysUndoesIsAnErrorInTheEnd.
func TestWhatTheServerAlwaysUndoesIsAnErrorInTheEnd(t *testing.T) {
	s, g := openTemp(t, Options{})
	add(t, s, 1)
	undoes(t, g, codeSerialization, 1000)
	if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}}); code(err) != codeSerialization {
		t.Errorf("error %v", err)
	}
}

// TestAnAnswerThatWasReadIsNotReadTwice: what fails only when it is committed is an
// error, since its rows were handed on.
func TestAnAnswerThatWasReadIsNotReadTwice(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "b")
	g.exec(t, fmt.Sprintf(`CREATE SEQUENCE tasuki.undone;
		CREATE FUNCTION tasuki.undo() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN IF nextval('%s.undone') = 1 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER undo AFTER UPDATE ON tasuki.jobs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tasuki.undo()`,
		quoted(g.schema)))
	t.Cleanup(func() { g.exec(t, "DROP FUNCTION tasuki.undo CASCADE; DROP SEQUENCE tasuki.undone") })
	if r, err := s.Claim(t.Context(), request("w", 2)); code(err) != codeSerialization {
		t.Errorf("%d jobs, %v", len(r.Jobs), err)
	}
	if got := claim(t, s, "w", 5); len(got) != 2 {
		t.Errorf("claimed %v", got)
	}
}
