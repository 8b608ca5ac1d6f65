package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// freshDSN is the address of an empty database.
func freshDSN(t *testing.T) string {
	t.Helper()
	s := pgtest.Shared(t)
	return s.DSN(s.Database(t))
}

// sqlIn runs statements in a database, by its owner.
func sqlIn(t *testing.T, dsn, text string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// asked is a query's answer of one value.
func asked[T any](t *testing.T, dsn, text string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), text).Scan(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// inventory is all that schemas hold, with the number of writes that the database saw.
func inventory(t *testing.T, dsn string) string {
	t.Helper()
	return asked[string](t, dsn, `SELECT (SELECT coalesce(string_agg(n.nspname || '.' || c.relname, ' ' ORDER BY 1), '')
		FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
		WHERE n.nspname !~ '^(pg_|information_schema)') || ' ' || (SELECT count(*) FROM pg_proc)`)
}

// with is a migrator that knows further steps, each of these statements.
func with(t *testing.T, dsn string, further ...string) migrator {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	m := migrator{config, "tasuki", slices.Clone(migrations)}
	for _, text := range further {
		m.steps = append(m.steps, Migration{Version: len(m.steps) + 1, Name: "further", MinReader: 1, SQL: text + ";"})
	}
	return m
}

func versions(steps []Migration) []int {
	v := []int{}
	for _, m := range steps {
		v = append(v, m.Version)
	}
	return v
}

func upTo(n int) []int {
	v := []int{}
	for i := range n {
		v = append(v, i+1)
	}
	return v
}

func TestOfManyThatMigrateAtOnceOneRunsEachStep(t *testing.T) {
	dsn := freshDSN(t)
	oneRunsEach(t, with(t, dsn, "CREATE TABLE tasuki.further (x int); SELECT pg_sleep(0.05)", "ALTER TABLE tasuki.further ADD y int"))
}

// oneRunsEach lets many migrate at once.
func oneRunsEach(t *testing.T, m migrator) {
	t.Helper()
	var mu sync.Mutex
	var ran []int
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			steps, err := m.run(t.Context(), false)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, versions(steps)...)
		})
	}
	wg.Wait()
	slices.Sort(ran)
	if want := upTo(len(m.steps)); !slices.Equal(ran, want) {
		t.Errorf("steps %v were run, want %v", ran, want)
	}
}

func TestADryRunAnswersWhatIsMissingAndWritesNothing(t *testing.T) {
	dsn := freshDSN(t)
	before := inventory(t, dsn)
	for range 2 {
		steps, err := Migrate(t.Context(), dsn, MigrateOptions{DryRun: true})
		if err != nil || !slices.Equal(versions(steps), upTo(len(migrations))) {
			t.Fatalf("steps %v, %v", versions(steps), err)
		}
	}
	if after := inventory(t, dsn); after != before {
		t.Errorf("there was %s, there is %s", before, after)
	}
}

func TestWhatADryRunAnswersMakesTheSchemaByHand(t *testing.T) {
	dsn := freshDSN(t)
	o := MigrateOptions{Schema: "by hand"}
	steps, err := Migrate(t.Context(), dsn, MigrateOptions{Schema: o.Schema, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range steps {
		sqlIn(t, dsn, "BEGIN; "+m.SQL+" COMMIT")
	}
	if again, err := Migrate(t.Context(), dsn, o); err != nil || len(again) != 0 {
		t.Errorf("steps %v are missing, %v", versions(again), err)
	}
}

func TestASchemaMayHaveAnyNameAndOthersBesideIt(t *testing.T) {
	dsn := freshDSN(t)
	for _, schema := range []string{"", "Über jobs", "a.tasuki.b", "select", strings.Repeat("x", 63)} {
		steps, err := Migrate(t.Context(), dsn, MigrateOptions{Schema: schema})
		if err != nil || len(steps) != len(migrations) {
			t.Errorf("schema %q: steps %v, %v", schema, versions(steps), err)
		}
	}
}

func TestANameThatNoSchemaCanHaveIsRefused(t *testing.T) {
	for _, schema := range []string{"pg_jobs", `a"b`, "a'b", "a\x00b", "a\xff", strings.Repeat("x", 64)} {
		_, err := Migrate(t.Context(), "postgres://127.0.0.1:1/", MigrateOptions{Schema: schema})
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "Schema") || !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("schema %q: %v", schema, err)
		}
	}
}

func TestTablesOfOthersAreRefusedAndLeft(t *testing.T) {
	for name, text := range map[string]string{
		"no ledger":                   "CREATE TABLE tasuki.jobs (x int)",
		"a ledger of another's":       "CREATE TABLE tasuki.schema (version int)",
		"a ledger that notes nothing": "CREATE TABLE tasuki.schema (version int, min_reader int, name text, applied text)",
	} {
		t.Run(name, func(t *testing.T) {
			dsn := freshDSN(t)
			sqlIn(t, dsn, "CREATE SCHEMA tasuki; "+text)
			before := inventory(t, dsn)
			for _, dry := range []bool{true, false} {
				_, err := Migrate(t.Context(), dsn, MigrateOptions{DryRun: dry})
				if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "hint: give tasuki a schema of its own") {
					t.Errorf("dry %v: error %v", dry, err)
				}
			}
			if after := inventory(t, dsn); after != before {
				t.Errorf("there was %s, there is %s", before, after)
			}
		})
	}
}

// newer makes a schema with a step that this version does not know.
func newer(t *testing.T, minReader int) string {
	t.Helper()
	dsn := freshDSN(t)
	m := with(t, dsn, "CREATE TABLE tasuki.future (x int)")
	m.steps[len(migrations)].MinReader = minReader
	if _, err := m.run(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestANewerSchemaThatStillFitsIsLeft(t *testing.T) {
	if steps, err := Migrate(t.Context(), newer(t, len(migrations)), MigrateOptions{}); err != nil || len(steps) != 0 {
		t.Errorf("steps %v, %v", versions(steps), err)
	}
}

func TestANewerSchemaThatDoesNotFitIsRefused(t *testing.T) {
	_, err := Migrate(t.Context(), newer(t, len(migrations)+1), MigrateOptions{})
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "hint: update this program") {
		t.Errorf("error %v", err)
	}
}

func TestAStepThatFailsLeavesNothingOfItself(t *testing.T) {
	dsn := freshDSN(t)
	m := with(t, dsn, "CREATE TABLE tasuki.whole (x int)", "CREATE TABLE tasuki.half (x int); CREATE TABLE tasuki.half (x int)")
	steps, err := m.run(t.Context(), false)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("migration %d (further)", len(m.steps))) {
		t.Errorf("error %v, want one that names the step", err)
	}
	if want := upTo(len(m.steps) - 1); !slices.Equal(versions(steps), want) {
		t.Errorf("steps %v were run, want %v", versions(steps), want)
	}
	if there := inventory(t, dsn); strings.Contains(there, "tasuki.half") || !strings.Contains(there, "tasuki.whole") {
		t.Errorf("there is %s", there)
	}
	if missing, err := m.run(t.Context(), true); err != nil || len(missing) != 1 {
		t.Errorf("steps %v are missing, %v", versions(missing), err)
	}
}

func TestAFirstStepThatFailsLeavesNoSchema(t *testing.T) {
	dsn := freshDSN(t)
	before := inventory(t, dsn)
	m := with(t, dsn)
	m.steps[0].SQL += "; SELECT 1/0"
	if _, err := m.run(t.Context(), false); err == nil {
		t.Error("it did not fail")
	}
	if after := inventory(t, dsn); after != before {
		t.Errorf("there was %s, there is %s", before, after)
	}
}

func TestAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	dsn := freshDSN(t)
	if _, err := Migrate(t.Context(), dsn, MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	m := with(t, dsn, "ALTER TABLE tasuki.jobs ADD note text")
	steps, err := m.run(t.Context(), false)
	if want := []int{len(m.steps)}; err != nil || !slices.Equal(versions(steps), want) {
		t.Errorf("steps %v, %v; want %v", versions(steps), err, want)
	}
}

func TestLimitsOfTheServerAreNotForMigrations(t *testing.T) {
	dsn := freshDSN(t)
	sqlIn(t, dsn, `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET statement_timeout = 100', current_database());
		EXECUTE format('ALTER DATABASE %I SET lock_timeout = 100', current_database());
		EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 100', current_database());
		EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
	END $$`)
	m := with(t, dsn, "SELECT pg_sleep(0.3)")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := m.run(t.Context(), false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestAStepWaitsForATableNoLongerThanTheServerSays(t *testing.T) {
	dsn := freshDSN(t)
	if _, err := Migrate(t.Context(), dsn, MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	user, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer user.Close(context.Background())
	if _, err := user.Exec(t.Context(), "BEGIN; LOCK tasuki.jobs"); err != nil {
		t.Fatal(err)
	}
	sqlIn(t, dsn, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 50', current_database()); END $$`)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var pg *pgconn.PgError
	if _, err := with(t, dsn, "ALTER TABLE tasuki.jobs ADD note text").run(ctx, false); !errors.As(err, &pg) || pg.Code != "55P03" {
		t.Errorf("error %v, want lock_not_available", err)
	}
}

func TestALimitThatNoStatementKeepsIsNamed(t *testing.T) {
	m := with(t, freshDSN(t))
	f := schemaFound{user: "app"}
	db := m.open()
	defer db.Close()
	_, err := db.ExecContext(t.Context(), "SET statement_timeout = 1; SELECT pg_sleep(1)")
	if err = f.explain(err, "tasuki"); err == nil || !strings.Contains(err.Error(), `ALTER ROLE "app" SET statement_timeout`) {
		t.Errorf("error %v", err)
	}
}

func TestAServerThatOnlyReadsIsNamed(t *testing.T) {
	dsn := freshDSN(t)
	sqlIn(t, dsn, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
	if _, err := Migrate(t.Context(), dsn, MigrateOptions{}); err == nil || !strings.Contains(err.Error(), "hint: this server only reads") {
		t.Errorf("error %v", err)
	}
}

func TestWaitingForAnothersMigrationEndsWithItsContext(t *testing.T) {
	dsn := freshDSN(t)
	m := with(t, dsn)
	other, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", m.lockKey()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := m.run(ctx, false)
		ended <- err
	}()
	for asked[int](t, dsn, "SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "+
		"AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0 {
		select {
		case err := <-ended:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestBehindAPoolerOneRunsEachStepToo(t *testing.T) {
	s := pgtest.Shared(t)
	dsn := s.Pooler(t, 1).DSN(s.Database(t))
	oneRunsEach(t, with(t, dsn, "CREATE TABLE tasuki.further (x int); SELECT pg_sleep(0.05)"))
}

func TestMigrationsThatTheApplicationRegisteredAreItsOwn(t *testing.T) {
	t.Cleanup(goose.ResetGlobalMigrations)
	err := goose.SetGlobalMigrations(goose.NewGoMigration(77, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Migrate(t.Context(), freshDSN(t), MigrateOptions{}); err != nil {
		t.Error(err)
	}
}

func TestAMissingRightIsNamedWithItsGrant(t *testing.T) {
	s := pgtest.Shared(t)
	for name, c := range map[string]struct {
		before string // by the owner; DB is the database, APP who has too few rights
		grant  string
	}{
		"connect":          {`REVOKE ALL ON DATABASE "DB" FROM public`, `GRANT CONNECT ON DATABASE "DB" TO "APP"`},
		"create schema":    {``, `GRANT CREATE ON DATABASE "DB" TO "APP"`},
		"made for it":      {``, `CREATE SCHEMA "tasuki" AUTHORIZATION "APP"`},
		"create in schema": {`CREATE SCHEMA tasuki`, `GRANT USAGE, CREATE ON SCHEMA "tasuki" TO "APP"`},
		"use":              {`ALL`, `GRANT USAGE ON SCHEMA "tasuki" TO "APP"; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "tasuki" TO "APP"; GRANT USAGE ON ALL SEQUENCES IN SCHEMA "tasuki" TO "APP"`},
		"change": {`ALL; GRANT USAGE ON SCHEMA tasuki TO "APP"; GRANT SELECT ON ALL TABLES IN SCHEMA tasuki TO "APP"`,
			`GRANT "OWNER" TO "APP"`},
	} {
		t.Run(name, func(t *testing.T) {
			db := s.Database(t)
			app, owner := db+"_app", db+"_own"
			names := strings.NewReplacer("DB", db, "APP", app, "OWNER", owner)
			sqlIn(t, s.DSN(db), fmt.Sprintf("CREATE ROLE %s LOGIN; CREATE ROLE %s LOGIN; GRANT CREATE ON DATABASE %s TO %[2]s", app, owner, db))
			t.Cleanup(func() { dropRoles(t, s, db, app, owner) })
			before, all := strings.CutPrefix(c.before, "ALL")
			if all {
				if _, err := Migrate(t.Context(), strings.Replace(s.DSN(db), "postgres@", owner+"@", 1), MigrateOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			sqlIn(t, s.DSN(db), names.Replace(before))
			m := with(t, strings.Replace(s.DSN(db), "postgres@", app+"@", 1))
			if name == "change" {
				m = with(t, strings.Replace(s.DSN(db), "postgres@", app+"@", 1), "ALTER TABLE tasuki.schema ADD note text")
			}
			grant := names.Replace(c.grant)
			_, err := m.run(t.Context(), false)
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || !strings.Contains(err.Error(), grant) {
				t.Fatalf("error %v, want one with %s", err, grant)
			}
			sqlIn(t, s.DSN(db), grant)
			if _, err := m.run(t.Context(), false); err != nil && strings.Contains(err.Error(), grant) {
				t.Errorf("after the GRANT: %v", err)
			}
		})
	}
}

// dropRoles leaves no role behind: they are the server's, not the database's.
func dropRoles(t *testing.T, s *pgtest.Server, db, app, owner string) {
	conn, err := pgx.Connect(context.Background(), s.DSN(db))
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), fmt.Sprintf("DROP OWNED BY %s, %s CASCADE; DROP ROLE %[1]s, %[2]s", app, owner)); err != nil {
		t.Error(err)
	}
}
