package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// refused asserts that no store opens, with these words and a hint.
func refused(t *testing.T, dsn string, o Options, words ...string) error {
	t.Helper()
	s, err := Open(t.Context(), dsn, o)
	if err == nil {
		s.Close()
	}
	hinted(t, err, append(words, "postgres: ")...)
	return err
}

func TestAWrongPasswordIsNamed(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{Access: []string{"host all guest 127.0.0.1/32 scram-sha-256"}})
	if err := server.Exec(t.Context(), "CREATE ROLE guest LOGIN PASSWORD 'right'"); err != nil {
		t.Fatal(err)
	}
	refused(t, strings.Replace(server.DSN("postgres"), "postgres@", "guest:wrong@", 1), Options{}, "password", "pg_hba.conf")
	refused(t, as(t, server.DSN("postgres"), "nobody"), Options{}, "role \"nobody\" does not exist", "pg_hba.conf")
}

func TestADatabaseThatIsNotThereIsNamed(t *testing.T) {
	refused(t, pgtest.Shared(t).DSN("nowhere"), Options{}, `database "nowhere" does not exist`, "create the database")
}

func TestAServerThatDoesNotRunIsNamed(t *testing.T) {
	refused(t, "postgres://postgres@127.0.0.1:1/postgres?sslmode=disable", Options{}, "127.0.0.1:1", "is the server running")
}

func TestAnAddressThatIsNoneIsNamed(t *testing.T) {
	refused(t, "postgres://[", Options{}, "postgres://user:password@host:5432/database")
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for _, c := range []struct {
		words string
		o     Options
	}{
		{"Schema", Options{Schema: "pg_mine"}},
		{"MaxConns is 1", Options{MaxConns: 1}},
		{"MaxConns is -2", Options{MaxConns: -2}},
		{"MaxConns is 1099511627776", Options{MaxConns: 1 << 40}},
		{"MaxConns is 4294967298", Options{MaxConns: 1<<32 + 2}},
		{"MaxPayload", Options{MaxPayload: -1}},
		{"ListenDSN", Options{ListenDSN: "postgres://127.0.0.1", NoListen: true}},
		{"ListenDSN", Options{ListenDSN: "postgres://%zz"}},
		{"ListenDSN", Options{ListenDSN: "port=much"}},
		{"IdleInTransaction is 2400h0m0s", Options{IdleInTransaction: 100 * 24 * time.Hour}},
	} {
		if err := refused(t, "postgres://127.0.0.1:1/", c.o, c.words); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: error %v, want ErrInvalid", c.words, err)
		}
		if _, err := New(t.Context(), nil, c.o); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: New answers %v", c.words, err)
		}
	}
}

func TestAPoolOfOneConnectionInTheAddressIsNamed(t *testing.T) {
	dsn := "postgres://127.0.0.1:1/?pool_max_conns=1"
	if err := refused(t, dsn, Options{}, "pool_max_conns is 1"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
	refused(t, dsn, Options{MaxConns: 2}, "is the server running") // it is what counts
}

func TestNoPoolAtAllIsNamed(t *testing.T) {
	_, err := New(t.Context(), nil, Options{})
	if hinted(t, err, "the pool is nil"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
}

func TestADatabaseInAnotherEncodingIsRefused(t *testing.T) {
	server := pgtest.Shared(t)
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		name := "in_" + strings.ToLower(encoding)
		if err := server.Exec(t.Context(), fmt.Sprintf("CREATE DATABASE %s ENCODING '%s' LOCALE 'C' TEMPLATE template0", name, encoding)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") })
		if err := refused(t, server.DSN(name), Options{}, encoding, "ENCODING 'UTF8'"); !errors.Is(err, store.ErrUnsupported) {
			t.Errorf("error %v, want ErrUnsupported", err)
		}
	}
}

// TestAPoolWhoseSessionsHaveAnotherEncodingIsRefused: others would read other texts than
// were written.
func TestAPoolWhoseSessionsHaveAnotherEncodingIsRefused(t *testing.T) {
	g := sharedGrounds(t).take(t)
	_, err := New(t.Context(), poolOf(t, as(t, g.dsn, "postgres", "client_encoding=LATIN1")), Options{Schema: g.schema})
	hinted(t, err, "encoding is LATIN1", "client_encoding=UTF8")
	if !errors.Is(err, store.ErrUnsupported) {
		t.Errorf("error %v, want ErrUnsupported", err)
	}
	refused(t, as(t, g.dsn, "postgres", "client_encoding=LATIN1"), Options{Schema: g.schema}, "client_encoding=UTF8")
}

func TestAServerThatOnlyReadsIsRefusedAlsoWhereTheSchemaIsThere(t *testing.T) {
	s := pgtest.Shared(t)
	db := s.Database(t)
	if _, err := Migrate(t.Context(), s.DSN(db), MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), "ALTER DATABASE "+db+" SET default_transaction_read_only = on"); err != nil {
		t.Fatal(err)
	}
	refused(t, s.DSN(db), Options{}, "default_transaction_read_only", `ALTER ROLE "postgres"`)
	refused(t, s.DSN(db), Options{NoMigrate: true}, "default_transaction_read_only")
}

func TestAReplicaIsRefused(t *testing.T) {
	primary := pgtest.Own(t, pgtest.Options{Settings: map[string]string{"wal_level": "replica", "max_wal_senders": "3"}})
	if _, err := Migrate(t.Context(), primary.DSN("postgres"), MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	refused(t, primary.Replica(t).DSN("postgres"), Options{}, "is a replica", "target_session_attrs=read-write")
}

func TestNoMigrateNamesASchemaThatIsMissing(t *testing.T) {
	dsn := freshDSN(t)
	before := inventory(t, dsn)
	refused(t, dsn, Options{NoMigrate: true}, "missing", "tasuki migrate")
	if after := inventory(t, dsn); after != before {
		t.Errorf("there was %s, there is %s", before, after)
	}
}

func TestNoMigrateNamesASchemaThatIsOlder(t *testing.T) {
	dsn := freshDSN(t)
	if _, err := Migrate(t.Context(), dsn, MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	saved := migrations
	defer func() { migrations = saved }()
	migrations = append(slices.Clone(saved), Migration{Version: len(saved) + 1, Name: "next", MinReader: 1, SQL: "SELECT 1;"})
	before := inventory(t, dsn)
	refused(t, dsn, Options{NoMigrate: true}, "older", "tasuki migrate")
	if after := inventory(t, dsn); after != before {
		t.Errorf("there was %s, there is %s", before, after)
	}
}

func TestAStoreDoesNotOpenOnANewerSchema(t *testing.T) {
	dsn := newer(t, len(migrations)+1)
	for _, o := range []Options{{}, {NoMigrate: true}} {
		if err := refused(t, dsn, o, "update this program"); !errors.Is(err, store.ErrNewer) {
			t.Errorf("error %v, want ErrNewer", err)
		}
	}
}

func TestAStoreDoesNotOpenOnTablesOfOthers(t *testing.T) {
	dsn := freshDSN(t)
	sqlIn(t, dsn, "CREATE SCHEMA tasuki; CREATE TABLE tasuki.jobs (x int)")
	for _, o := range []Options{{}, {NoMigrate: true}} {
		if err := refused(t, dsn, o, "tasuki did not make", "a schema of its own"); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("error %v, want ErrInvalid", err)
		}
	}
}

func TestAPoolOfOneConnectionIsRefused(t *testing.T) {
	g := sharedGrounds(t).take(t)
	pool := poolOf(t, as(t, g.dsn, "postgres", "pool_max_conns=1"))
	if _, err := New(t.Context(), pool, Options{Schema: g.schema}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
}

// guest is a role for one test that may enter the ground's database, and its address.
func guest(t *testing.T, g *ground) (name, dsn string) {
	t.Helper()
	name = "guest_" + g.schema
	g.exec(t, "CREATE ROLE "+name+" LOGIN")
	t.Cleanup(func() { g.exec(t, fmt.Sprintf("DROP OWNED BY %s CASCADE; DROP ROLE %[1]s", name)) })
	return name, as(t, g.dsn, name)
}

func TestARightThatIsMissingAtOpenIsNamedWithItsGrant(t *testing.T) {
	g := sharedGrounds(t).take(t)
	name, dsn := guest(t, g)
	o := Options{Schema: g.schema}
	use := grantUse(g.schema, name)
	refused(t, dsn, o, use)
	g.exec(t, use)
	s, err := Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatalf("after the GRANT: %v", err)
	}
	defer s.Close()
	worksWhole(t, s)
}

// TestOfSettingsOnlyAnErrorOfConnectingSpeaks: a statement's wrong value has the same
// code.
func TestOfSettingsOnlyAnErrorOfConnectingSpeaks(t *testing.T) {
	s, g := openTemp(t, Options{})
	err := s.once(t.Context(), "notify", &call{query: notifySQL, args: []any{strings.Repeat("x", 64), []string{"q"}}})
	if err == nil || strings.Contains(err.Error(), "hint") {
		t.Errorf("error %v, want one without a hint", err)
	}
	refused(t, as(t, g.dsn, "postgres", "work_mem=much"), Options{}, "work_mem", "Options.Pooled")
	refused(t, as(t, g.dsn, "postgres", "nothing_such=1"), Options{}, "nothing_such", "Options.Pooled")
}

func TestTheRightToConnectIsNamedWithItsGrant(t *testing.T) {
	server := pgtest.Shared(t)
	db := server.Database(t)
	g := &ground{dsn: server.DSN(db), schema: db[:2] + "_closed"}
	g.exec(t, "REVOKE ALL ON DATABASE "+db+" FROM public")
	name, dsn := guest(t, g)
	refused(t, dsn, Options{}, fmt.Sprintf(`GRANT CONNECT ON DATABASE "%s" TO "%s"`, db, name))
}

func TestARightThatIsMissingAtWorkIsNamedWithItsGrant(t *testing.T) {
	g := sharedGrounds(t).take(t)
	name, dsn := guest(t, g)
	use := grantUse(g.schema, name)
	g.exec(t, use)
	s, err := Open(t.Context(), dsn, Options{Schema: g.schema})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	beat(t, s, "w", 1)
	addNamed(t, s, "a")
	held := claim(t, s, "w", 1)
	g.exec(t, "REVOKE ALL ON ALL TABLES IN SCHEMA "+quoted(g.schema)+" FROM "+name)
	for what, err := range map[string]error{
		"enqueue": second(s.Enqueue(t.Context(), []store.Job{{ID: "b", Kind: "k"}})),
		"claim":   second(s.Claim(t.Context(), request("w", 1))),
		"settle":  second(s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.Finish)})),
		"beat":    second(s.Beat(t.Context(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 2}})),
		"release": second(s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1})),
		"list":    second(s.List(t.Context(), store.ListRequest{})),
	} {
		hinted(t, err, what+": ", use)
	}
	g.exec(t, use)
	if got := whats(settle(t, s, "w", 1, outcomes(held, store.Finish)...)); got != "applied" {
		t.Errorf("after the GRANT: %s", got)
	}
}

// second is the error of a call that answers something else too.
func second[T any](_ T, err error) error { return err }

func TestASchemaThatIsDroppedAtWorkIsNamed(t *testing.T) {
	dsn := freshDSN(t)
	s, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sqlIn(t, dsn, "SET client_min_messages = warning; DROP SCHEMA tasuki CASCADE")
	_, err = s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
	hinted(t, err, "tasuki migrate")
}
