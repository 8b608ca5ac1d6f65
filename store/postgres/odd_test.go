package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// poolOf is a pool as an application has it.
func poolOf(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// worksWhole uses all of a store, and asserts what comes out of it.
func worksWhole(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	text := "Grüße\\ \"x\" {a,b} NULL 'q' $1 ?"
	jobs := []store.Job{
		{ID: "plain", Kind: "k", Args: json.RawMessage(`{"s":"\\"}`)},
		{ID: "null", Kind: "k"},
		{ID: "tagged", Kind: "k", Tags: []string{text, "NULL"}, Unique: text},
		{ID: "tick", Kind: "k", Tick: store.Tick{Schedule: text, N: 1}},
		{ID: "late", Kind: "k", Delay: time.Hour},
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	beat(t, s, "w", 1)
	ok(second(s.Enqueue(ctx, jobs[:2])))
	ok(second(s.Enqueue(ctx, jobs[2:])))
	before := time.Now()
	held := claim(t, s, "w", 10)
	if len(held) != 4 || string(held[0].Args) != `{"s":"\\"}` || held[2].Tags[0] != text || held[2].Unique != text {
		t.Fatalf("claimed %+v", held)
	}
	if at := held[0].CreatedAt; at.Before(before.Add(-time.Minute)) || at.After(before.Add(time.Minute)) {
		t.Errorf("created at %v, want about %v", at, before)
	}
	h := store.NewHeld("w", claimOf(held[0]))
	h.Take(point(`{"at":"\\"}`))
	ok(s.Commit(store.WithHeld(ctx, h), func(tx pgx.Tx) error {
		return s.EnqueueTx(ctx, tx, store.Job{ID: "native", Kind: "other", Tags: []string{text}})
	}))
	tx, err := s.SQL().DB().BeginTx(ctx, nil)
	ok(err)
	ok(s.SQL().EnqueueTx(ctx, tx, store.Job{ID: "foreign", Kind: "other", Tags: []string{text, "NULL", ""}[:2], Unique: "f" + text}))
	ok(tx.Commit())
	results := settle(t, s, "w", 1,
		store.Outcome{Claim: claimOf(held[0]), Verb: store.Fail, Delay: time.Hour, Why: text, Failure: &store.Failure{Class: "c", Message: text}},
		store.Outcome{Claim: claimOf(held[1]), Verb: store.Finish},
		store.Outcome{Claim: claimOf(held[2]), Verb: store.HandOver, Cursor: json.RawMessage(`"\\"`)},
		store.Outcome{Claim: claimOf(held[3]), Verb: store.Bury, Why: text})
	if got := whats(results); got != "applied applied applied applied" {
		t.Errorf("settled: %s", got)
	}
	page, err := s.List(ctx, store.ListRequest{Filter: store.Filter{Tags: []string{text}}})
	ok(err)
	if len(page.Jobs) != 3 {
		t.Errorf("%d jobs have the tag, want 3", len(page.Jobs))
	}
	beat(t, s, "w", 2)
	if r, err := s.Release(ctx, store.ReleaseRequest{Worker: "w", Beat: 2}); err != nil || !r.Released {
		t.Errorf("release: %+v, %v", r, err)
	}
	ok(second(s.Declare(ctx, []store.Schedule{{Name: text, Spec: "x", Missed: store.MissedOnce, Job: store.Job{Kind: "k"}}})))
	ok(second(s.Mark(ctx, store.Mark{Label: text})))
	ok(second(s.Move(ctx, store.MoveRequest{Filter: store.Filter{IDs: []string{"tick"}}, To: store.Ready})))
	ok(second(s.Stats(ctx)))
	ok(second(s.Prune(ctx, store.PruneRequest{})))
	got := states(t, s)
	for id, want := range map[string]store.State{"plain": store.Retry, "null": "", "tagged": store.Ready, "tick": store.Ready,
		"late": store.Scheduled, "native": store.Ready, "foreign": store.Ready} {
		if got[id] != want {
			t.Errorf("%s is %q, want %q", id, got[id], want)
		}
	}
}

// point is a job's standing at a cursor.
func point(cursor string) *store.Point {
	return &store.Point{Stand: func() (store.Standing, error) {
		return store.Standing{Cursor: json.RawMessage(cursor), Seq: 5}, nil
	}}
}

// TestWhateverARoleHasSetAllWorks, on the store's own pool, on the application's, and
// on one without statements that stay prepared.
func TestWhateverARoleHasSetAllWorks(t *testing.T) {
	for _, setting := range []string{
		"timezone = 'Pacific/Chatham'", "datestyle = 'SQL, DMY'", "intervalstyle = 'sql_standard'",
		"default_transaction_isolation = 'serializable'", "default_transaction_isolation = 'repeatable read'",
		"default_transaction_deferrable = on", "search_path = ''", "search_path = 'nowhere, pg_temp'",
		"quote_all_identifiers = on", "standard_conforming_strings = off", "client_encoding = 'LATIN1'",
		"bytea_output = 'escape'", "extra_float_digits = -15", "lc_messages = 'C'", "plan_cache_mode = 'force_generic_plan'",
		"synchronous_commit = off", "row_security = off", "transform_null_equals = on", "idle_in_transaction_session_timeout = '1s'",
	} {
		t.Run(setting, func(t *testing.T) {
			for name, open := range map[string]func(dsn string, o Options) (*Store, error){
				"own":    func(dsn string, o Options) (*Store, error) { return Open(t.Context(), dsn, o) },
				"theirs": func(dsn string, o Options) (*Store, error) { return New(t.Context(), poolOf(t, dsn), o) },
				"pooled": func(dsn string, o Options) (*Store, error) { o.Pooled = true; return Open(t.Context(), dsn, o) },
			} {
				if name == "theirs" && strings.HasPrefix(setting, "client_encoding") {
					continue // it is refused
				}
				t.Run(name, func(t *testing.T) {
					g := sharedGrounds(t).take(t)
					role, dsn := guest(t, g)
					g.exec(t, grantUse(g.schema, role)+"; ALTER ROLE "+role+" SET "+setting)
					s, err := open(dsn, Options{Schema: g.schema})
					if err != nil {
						t.Fatal(err)
					}
					defer s.Close()
					worksWhole(t, s)
					if got := g.ask(t, "SELECT min(tag) FROM tasuki.tags WHERE tag LIKE 'Gr%'"); !strings.HasPrefix(got, "Grüße") {
						t.Errorf("others see %q", got)
					}
				})
			}
		})
	}
}

func TestASchemaWhoseNameNeedsQuotesWorks(t *testing.T) {
	dsn := freshDSN(t)
	for _, schema := range []string{"Über jobs", "a.tasuki.b", "select"} {
		s, err := Open(t.Context(), dsn, Options{Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		ear := listen(t, s)
		worksWhole(t, s)
		ear.hears(t, "an enqueue")
		s.Close()
	}
}

// TestManyAtOnceWorkWhereTransactionsAreSerializable: a server that undoes one of two
// transactions asks for it to be run again.
func TestManyAtOnceWorkWhereTransactionsAreSerializable(t *testing.T) {
	g := sharedGrounds(t).take(t)
	role, dsn := guest(t, g)
	g.exec(t, grantUse(g.schema, role)+"; ALTER ROLE "+role+" SET default_transaction_isolation = 'serializable'")
	s, err := New(t.Context(), poolOf(t, as(t, dsn, role, "pool_max_conns=8")), Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	doneOnce(t, s, 4, 60)
}

// doneOnce has workers that enqueue and do jobs at once, each of which must be done
// once.
func doneOnce(t *testing.T, s *Store, workers, jobs int) {
	t.Helper()
	var mu sync.Mutex // owns done
	done := map[string]int{}
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			err := func() error {
				name := fmt.Sprintf("w%d", i)
				for n := range jobs / workers {
					if _, err := s.Enqueue(t.Context(), []store.Job{{ID: fmt.Sprintf("%d-%d", i, n), Kind: "k"}}); err != nil {
						return err
					}
				}
				for n := uint64(1); ; n++ {
					if _, err := s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: name, Beat: n}}); err != nil {
						return err
					}
					r, err := s.Claim(t.Context(), request(name, 3))
					if err != nil || len(r.Jobs) == 0 {
						return err
					}
					reply, err := s.Settle(t.Context(), store.SettleRequest{Worker: name, Batch: n, Outcomes: outcomes(r.Jobs, store.Finish)})
					if err != nil {
						return err
					}
					mu.Lock()
					for i, result := range reply.Results {
						if result.What == store.Applied {
							done[r.Jobs[i].ID]++
						}
					}
					mu.Unlock()
				}
			}()
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for id, n := range done {
		if n != 1 {
			t.Errorf("%s was done %d times", id, n)
		}
	}
	if want := jobs / workers * workers; len(done) != want {
		t.Errorf("%d jobs were done, want %d", len(done), want)
	}
}

func TestAStatementTimeoutIsNamedAndNothingIsLost(t *testing.T) {
	g := sharedGrounds(t).take(t)
	role, dsn := guest(t, g)
	g.exec(t, grantUse(g.schema, role)+"; ALTER ROLE "+role+" SET statement_timeout = 1")
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	for ; err != nil; s, err = Open(t.Context(), dsn, Options{Schema: g.schema}) {
		hinted(t, err, "statement_timeout")
	}
	defer s.Close()
	// Somebody's lock makes it sure that a millisecond is not enough.
	locker := connect(t, g.dsn)
	run(t, locker, g.text("BEGIN; LOCK tasuki.jobs"))
	_, err = s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
	hinted(t, err, "enqueue: ", "statement_timeout")
	run(t, locker, "ROLLBACK")
	var acknowledged []string
	eventually(t, "are ten jobs enqueued", func() bool {
		id := store.NewID()
		for range 100 { // the same one is sent until it is answered
			got, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}})
			if err == nil {
				if got[0].What != store.Added && got[0].What != store.Known {
					t.Errorf("%v", got)
				}
				acknowledged = append(acknowledged, id)
				break
			}
			hinted(t, err, "statement_timeout")
		}
		return len(acknowledged) == 10
	})
	the(t, g.open(t, Options{}), acknowledged...)
}

// TestAStatementTimeoutLosesNoOutcome: what became of a batch can be asked by sending it
// again, until there is an answer.
func TestAStatementTimeoutLosesNoOutcome(t *testing.T) {
	for _, verb := range []store.Verb{store.Finish, store.Fail} {
		t.Run(string(verb), func(t *testing.T) {
			g := sharedGrounds(t).take(t)
			calm := g.open(t, Options{})
			beat(t, calm, "w", 1)
			addNamed(t, calm, "a", "b")
			req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(claim(t, calm, "w", 2), verb)}
			role, dsn := guest(t, g)
			g.exec(t, grantUse(g.schema, role))
			s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			g.exec(t, "ALTER ROLE "+role+" SET statement_timeout = 1")
			s.reset() // for the sessions that come
			locker := connect(t, g.dsn)
			run(t, locker, g.text("BEGIN; LOCK tasuki.jobs"))
			_, err = s.Settle(t.Context(), req)
			hinted(t, err, "settle: ", "statement_timeout")
			run(t, locker, "ROLLBACK")
			var r store.SettleReply
			eventually(t, "is the batch answered", func() bool {
				if r, err = s.Settle(t.Context(), req); err != nil {
					hinted(t, err, "settle: ", "statement_timeout")
				}
				return err == nil
			})
			if got := whats(r.Results); got != "applied applied" && got != "already already" {
				t.Errorf("settled: %s", got)
			}
			count := g.ask(t, "SELECT concat(sum(done), ' ', sum(failed)) FROM tasuki.batches")
			if want := map[store.Verb]string{store.Finish: "2 0", store.Fail: "0 2"}[verb]; count != want {
				t.Errorf("done and failed are %s, want %s", count, want)
			}
		})
	}
}

func TestALockTimeoutIsNamed(t *testing.T) {
	g := sharedGrounds(t).take(t)
	role, dsn := guest(t, g)
	g.exec(t, grantUse(g.schema, role)+"; ALTER ROLE "+role+" SET lock_timeout = 20")
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	run(t, connect(t, g.dsn), g.text("BEGIN; LOCK tasuki.jobs"))
	_, err = s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
	hinted(t, err, "lock_timeout")
}

func TestTextsThatTheServerCannotKeepAreMadeSoThatItCan(t *testing.T) {
	s, _ := openTemp(t, Options{})
	bad := "a\x00b\xff\xed\xa0\x80c"
	beat(t, s, "w", 1)
	addNamed(t, s, "fail", "bury", "hand", "save", "cancel")
	held := claim(t, s, "w", 5)
	all := outcomes(held, store.Fail)
	for i, verb := range []store.Verb{store.Fail, store.Bury, store.HandOver, store.Save, store.Cancel} {
		all[i].Verb, all[i].Why, all[i].Seq = verb, bad, 1
		all[i].Failure = &store.Failure{Class: bad, Message: bad, Stack: bad}
		all[i].Progress = &store.Progress{Done: 1, Note: bad}
	}
	if got := whats(settle(t, s, "w", 1, all...)); got != "applied applied applied applied applied" {
		t.Fatalf("settled: %s", got)
	}
	if got := whats(settle(t, s, "w", 0, store.Outcome{Claim: claimOf(held[3]), Verb: store.Save, Seq: 2, Progress: &store.Progress{Note: bad}})); got != "applied" {
		t.Errorf("saved: %s", got)
	}
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: bad}); err != nil || r.Left != 0 {
		t.Errorf("release: %+v, %v", r, err)
	}
	page, err := s.List(t.Context(), store.ListRequest{})
	if err != nil || len(page.Jobs) != 5 {
		t.Fatalf("%d jobs, %v", len(page.Jobs), err)
	}
	for _, j := range page.Jobs {
		for _, text := range []string{j.Why, j.Progress.Note, j.Journal[0].Why} {
			if strings.ContainsAny(text, "\x00") || !strings.Contains(text+"a", "a") {
				t.Errorf("%s keeps %q", j.ID, text)
			}
		}
	}
}

func TestArgumentsThatTheServerCannotKeepAreRefusedByName(t *testing.T) {
	s, _ := openTemp(t, Options{})
	for field, job := range map[string]store.Job{
		"Args":   {ID: "a", Kind: "k", Args: json.RawMessage("\"\xff\"")},
		"Kind":   {ID: "a", Kind: "k\x00"},
		"Queue":  {ID: "a", Kind: "k", Queue: "\xff"},
		"Unique": {ID: "a", Kind: "k", Unique: "\x00"},
		"Tags":   {ID: "a", Kind: "k", Tags: []string{"\x00"}},
	} {
		if _, err := s.Enqueue(t.Context(), []store.Job{job}); !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: error %v", field, err)
		}
	}
	the(t, s)
}

// TestEscapedNULInArgumentsIsKept: the server's own JSON would refuse it.
func TestEscapedNULInArgumentsIsKept(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	args := json.RawMessage(`{"s":"a\u0000b","n":12345678901234567890}`)
	if _, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k", Args: args}}); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", 1); len(got) != 1 || string(got[0].Args) != string(args) {
		t.Errorf("claimed %+v", got)
	}
}

func TestAServersOtherClockIsTheStoresClock(t *testing.T) {
	s, g := openTemp(t, Options{})
	g.exec(t, "CREATE OR REPLACE FUNCTION tasuki.now() RETURNS bigint LANGUAGE sql AS 'SELECT 4102444800000000'")
	beat(t, s, "w", 1)
	addNamed(t, s, "a")
	if got := claim(t, s, "w", 1); len(got) != 1 || got[0].CreatedAt.Year() != 2100 {
		t.Errorf("claimed %+v", got)
	}
}

// TestColumnsThatSomebodyDamagedHoldUpNothing: one job that cannot be read whole is
// claimed, listed, settled and released as the others are.
func TestColumnsThatSomebodyDamagedHoldUpNothing(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "b", "c", "d")
	damage := func() { g.exec(t, `UPDATE tasuki.jobs SET more = '{"at', progress = 'x' WHERE id IN ('b', 'd')`) }
	damage()
	held := claim(t, s, "w", 2)
	if len(held) != 2 {
		t.Fatalf("claimed %+v", held)
	}
	damage()
	if got := whats(settle(t, s, "w", 1, outcomes(held, store.Fail)...)); got != "applied applied" {
		t.Errorf("settled: %s", got)
	}
	damage()
	if page, err := s.List(context.Background(), store.ListRequest{}); err != nil || len(page.Jobs) != 4 {
		t.Errorf("%d jobs, %v", len(page.Jobs), err)
	}
	claim(t, s, "w", 4)
	damage()
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, MaxDeaths: 3}); err != nil || r.Left != 0 || len(r.Jobs) < 2 {
		t.Errorf("release: %+v, %v", r, err)
	}
}

func TestAPoolerWithoutPooledIsNamed(t *testing.T) {
	server := pgtest.Shared(t)
	refused(t, server.Pooler(t, 2).DSN(server.Database(t)), Options{}, "Options.Pooled")
}
