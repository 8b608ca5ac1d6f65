package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
)

// A worker that the test plays.
var (
	beat       = byhand.Beat
	add        = byhand.Add
	request    = byhand.Request
	claim      = byhand.Claim
	outcomes   = byhand.Outcomes
	claimOf    = byhand.ClaimOf
	eventually = byhand.Eventually
)

// addNamed enqueues jobs of these ids.
func addNamed(t testing.TB, s *Store, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}}); err != nil {
			t.Fatal(err)
		}
	}
}

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
