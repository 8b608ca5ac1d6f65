package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tasuki-jobs/tasuki/store"
)

// beat makes a worker known, or known still.
func beat(t testing.TB, s *Store, worker string, n uint64, claims ...store.Claim) store.BeatReply {
	t.Helper()
	r, err := s.Beat(t.Context(), store.BeatRequest{
		Worker: store.Worker{Name: worker, Beat: n, State: store.Working}, Claims: claims,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// add enqueues n jobs of the kind k and answers their ids.
func add(t testing.TB, s *Store, n int) []string {
	t.Helper()
	jobs := make([]store.Job, n)
	ids := make([]string, n)
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: "k"}
		ids[i] = jobs[i].ID
	}
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	return ids
}

// named enqueues jobs of these ids.
func addNamed(t testing.TB, s *Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}}); err != nil {
			t.Fatal(err)
		}
	}
}

// request asks for jobs of the kind k.
func request(worker string, n int) store.ClaimRequest {
	return store.ClaimRequest{
		Worker: worker, Token: store.NewToken(), Max: n, Suspects: n,
		Queues: []store.QueueWant{{Name: store.DefaultQueue}}, Kinds: []string{"k"},
	}
}

func claim(t testing.TB, s *Store, worker string, n int) []store.Record {
	t.Helper()
	r, err := s.Claim(t.Context(), request(worker, n))
	if err != nil {
		t.Fatal(err)
	}
	return r.Jobs
}

// outcomes end records with one verb.
func outcomes(jobs []store.Record, verb store.Verb) []store.Outcome {
	all := make([]store.Outcome, len(jobs))
	for i, j := range jobs {
		all[i] = store.Outcome{Claim: claimOf(j), Verb: verb, Why: "because"}
	}
	return all
}

func claimOf(j store.Record) store.Claim { return store.Claim{ID: j.ID, Token: j.Token} }

// settle sends one batch and answers what became of each outcome.
func settle(t testing.TB, s *Store, worker string, batch uint64, all ...store.Outcome) []store.Result {
	t.Helper()
	r, err := s.Settle(t.Context(), store.SettleRequest{Worker: worker, Batch: batch, Outcomes: all})
	if err != nil {
		t.Fatal(err)
	}
	return r.Results
}

// whats are the results without their errors.
func whats(results []store.Result) string {
	var list []string
	for _, r := range results {
		list = append(list, string(r.What))
	}
	return strings.Join(list, " ")
}

// states are the states of jobs by their ids, of those that the store holds.
func states(t testing.TB, s *Store) map[string]store.State {
	t.Helper()
	page, err := s.List(t.Context(), store.ListRequest{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]store.State{}
	for _, j := range page.Jobs {
		all[j.ID] = j.State
	}
	return all
}

// the asserts that the store holds these jobs and no others.
func the(t testing.TB, s *Store, ids ...string) {
	t.Helper()
	got := states(t, s)
	for _, id := range ids {
		if got[id] == "" {
			t.Errorf("%s is not there", id)
		}
		delete(got, id)
	}
	if len(got) > 0 {
		t.Errorf("there are %v too", got)
	}
}

// connect is a session of somebody else's, as the superuser.
func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// run runs statements in a session.
func run(t testing.TB, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// as is an address with another user, and parameters.
func as(t testing.TB, dsn, user string, params ...string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(user)
	q := u.Query()
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// hinted asserts that an error says these words and ends in exactly one hint.
func hinted(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", words)
		return
	}
	for _, w := range append(words, "(hint: ") {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Count(err.Error(), "(hint: ") != 1 {
		t.Errorf("error %q has not exactly one hint", err)
	}
}

// eventually waits until is answers true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(30 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatalf("in 30 s not %s", what)
		}
	}
}

// waiting waits until so many sessions in the database wait for a lock.
func waiting(t testing.TB, conn *pgx.Conn, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("do %d sessions wait for a lock", n), func() bool {
		var got int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&got)
		return err == nil && got >= n
	})
}

// mustBegin begins a transaction that is rolled back when the test ends.
func mustBegin(t testing.TB, s *Store) pgx.Tx {
	t.Helper()
	tx, err := s.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback(context.Background()) })
	return tx
}

// pgError is an error as a server answers it.
func pgError(severity, code string) error {
	return &pgconn.PgError{Severity: severity, SeverityUnlocalized: severity, Code: code}
}
