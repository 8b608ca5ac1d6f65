package source_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/source"
)

// Tables on a real PostgreSQL, by pgx as database/sql has it. What database is for
// SQLite onPostgres is here: one connection, so that a source that kept one open while
// its items are done would hang.
func onPostgres(t *testing.T, statements ...string) *sql.DB {
	t.Helper()
	server := pgtest.Shared(t)
	return connected(t, server.DSN(server.Database(t)), pgx.QueryExecModeCacheStatement, statements...)
}

func connected(t *testing.T, dsn string, mode pgx.QueryExecMode, statements ...string) *sql.DB {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = mode
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	execute(t, db, statements...)
	return db
}

func tenOnPostgres(t *testing.T) *sql.DB {
	t.Helper()
	return onPostgres(t, "CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, age integer NOT NULL)",
		"INSERT INTO people SELECT i, 'p' || i, (i*7)%4 FROM generate_series(1, 10) i")
}

func peopleOnPostgres(db source.Queryer, keys ...source.Key) source.Table[int] {
	return source.Table[int]{DB: db, Dialect: source.PostgreSQL, Columns: "id", From: "people", Keys: keys, Scan: scanOne[int], Page: 3}
}

func TestRowsOfPostgreSQLAreResumedBehindAnyRow(t *testing.T) {
	db := tenOnPostgres(t)
	for name, keys := range map[string][]source.Key{
		"one key ascending":  {{Column: "id"}},
		"one key descending": {{Column: "id", Desc: true}},
		"two keys mixed":     {{Column: "age", Desc: true}, {Column: "id"}},
		"three keys mixed":   {{Column: "age"}, {Column: "name", Desc: true}, {Column: "id"}},
		"an expression":      {{Column: "age * -1"}, {Column: "lower(name)"}, {Column: "id", Desc: true}},
	} {
		t.Run(name, func(t *testing.T) {
			resumes(t, peopleOnPostgres(db, keys...).Rows, 10)
		})
	}
	resumes(t, peopleOnPostgres(db, source.Key{Column: "age"}, source.Key{Column: "id"}).Pages, 4)
}

func TestWhereCountAndArgumentsChooseTheRowsOfPostgreSQL(t *testing.T) {
	q := peopleOnPostgres(tenOnPostgres(t), source.Key{Column: "id"})
	q.Where, q.Args, q.Count = "age = $1 OR id = $2 -- whoever", []any{3, 10}, true
	got, _ := taken(t, q.Rows(), "", -1)
	wantItems(t, got, 1, 5, 9, 10)
	if n, err := q.Rows().Total(t.Context()); n != 4 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
	resumes(t, q.Rows, 4)
}

func TestNoConnectionToPostgreSQLIsHeldWhileAnItemIsDone(t *testing.T) {
	db := tenOnPostgres(t)
	for row, err := range peopleOnPostgres(db, source.Key{Column: "id"}).Rows().After(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("UPDATE people SET name = 'done' WHERE id = $1", row.Value); err != nil {
			t.Fatal(err)
		}
	}
}

// keysOfPostgreSQL are types, and values of each in the order in which the database has
// them.
var keysOfPostgreSQL = map[string][]string{
	"bigint":                   {"-9223372036854775808", "-1", "0", "9007199254740992", "9007199254740993", "9007199254740994", "9223372036854775807"},
	"smallint":                 {"-32768", "0", "32767"},
	"numeric":                  {"'-Infinity'", "-1e40", "0.1", "0.10000000000000000000000000000001", "12345678901234567890", "1e40", "'NaN'"},
	"double precision":         {"'-Infinity'", "-0.1", "0", "5e-324", "0.1", "0.30000000000000004", "1e300", "'Infinity'"},
	"real":                     {"-0.1", "0.1", "16777216", "3.4e38"},
	"boolean":                  {"false", "true"},
	`text COLLATE "C"`:         {"''", "' '", "'B'", "'a'", "'a '", "'ab'", "'b\"\\'", "'é'", "'日本'", "'😀'"},
	`text COLLATE "und-x-icu"`: {"''", "'a'", "'A'", "'ä'", "'a b'", "'b'", "'B'", "'z'"},
	"varchar(9)":               {"'a'", "'ab'"},
	"char(3)":                  {"'a'", "'ab'", "'abc'"},
	"bytea":                    {`'\x'`, `'\x00'`, `'\x0000'`, `'\x61'`, `'\xff'`, `'\xff00'`},
	"uuid":                     {"'00000000-0000-0000-0000-000000000000'", "'018f4e3a-7b1c-7000-8000-000000000001'", "'018f4e3a-7b1c-7000-8000-00000000000a'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
	"timestamptz":              {"'-infinity'", "'0001-01-01 00:00:00+00'", "'2024-02-29 23:59:59.123456+00'", "'2024-02-29 23:59:59.123457+00'", "'2024-10-27 02:30:00+02'", "'2024-10-27 02:30:00+01'", "'9999-12-31 00:00:00+00'", "'infinity'"},
	"timestamp":                {"'2024-02-29 23:59:59.123456'", "'2024-02-29 23:59:59.123457'", "'2024-10-27 02:30:00'"},
	"date":                     {"'-infinity'", "'0001-01-01'", "'2024-02-29'", "'2024-03-01'"},
	"time":                     {"'00:00'", "'23:59:59.123456'", "'23:59:59.123457'"},
	"interval":                 {"'-1 day'", "'1 second'", "'1 month'", "'1 year 2 days'"},
	"inet":                     {"'10.0.0.1'", "'10.0.0.2'", "'192.168.0.0/16'"},
	"mood":                     {"'sad'", "'ok'", "'happy'"}, // an enum
	"integer[]":                {"'{}'", "'{1,2}'", "'{1,10}'"},
}

// fresh is a name that no table has had: statements that are prepared for another one
// of the same name fail once.
func fresh() string { return fmt.Sprintf("v%d", numberOfTable.Add(1)) }

var numberOfTable atomic.Int64

// holding makes a table with a key of each type, and a number that says their order.
func holding(t *testing.T, db *sql.DB, kind string, values []string) source.Table[int] {
	t.Helper()
	table := fresh()
	execute(t, db, "CREATE TABLE "+table+" (k "+kind+" NOT NULL UNIQUE, id integer NOT NULL)")
	for i, v := range values {
		execute(t, db, fmt.Sprintf("INSERT INTO %s VALUES (%s, %d)", table, v, i))
	}
	return source.Table[int]{DB: db, Dialect: source.PostgreSQL, Columns: "id", From: table, Scan: scanOne[int], Page: 2}
}

func resumesHolding(t *testing.T, db *sql.DB, kind string, values []string) {
	t.Helper()
	q := holding(t, db, kind, values)
	for _, desc := range []bool{false, true} {
		var want []string
		for i := range values {
			want = append(want, fmt.Sprint(i))
		}
		if desc {
			slices.Reverse(want)
		}
		q.Keys = []source.Key{{Column: "k", Desc: desc}}
		if got, _ := taken(t, q.Rows(), "", -1); !slices.Equal(got, want) {
			t.Errorf("desc %v: order %v", desc, got)
		}
		resumes(t, q.Rows, len(values))
	}
}

func TestKeysOfAllTypesOfPostgreSQLAreResumedExactly(t *testing.T) {
	db := onPostgres(t, "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')", "SET timezone = 'Europe/Berlin'")
	for kind, values := range keysOfPostgreSQL {
		t.Run(kind, func(t *testing.T) { resumesHolding(t, db, kind, values) })
	}
}

// Behind poolers pgx is told to do without prepared statements.
func TestKeysAreResumedExactlyInTheModesForPoolers(t *testing.T) {
	server := pgtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	for name, mode := range map[string]pgx.QueryExecMode{
		"describe each":   pgx.QueryExecModeDescribeExec,
		"describe once":   pgx.QueryExecModeCacheDescribe,
		"simple protocol": pgx.QueryExecModeSimpleProtocol,
		"exec":            pgx.QueryExecModeExec,
	} {
		db := connected(t, dsn, mode)
		for _, kind := range []string{"bigint", `text COLLATE "C"`, "timestamptz", "uuid", "bytea", "double precision", "boolean", "numeric"} {
			t.Run(name+" "+kind, func(t *testing.T) { resumesHolding(t, db, kind, keysOfPostgreSQL[kind]) })
		}
	}
}

func TestAValueThatACursorCannotHoldIsAnErrorAndNotLeftOut(t *testing.T) {
	db := onPostgres(t)
	for value, kind := range map[string]string{"'NaN'": "double precision", "'10000-01-01'": "timestamp", "'0044-03-15 BC'": "timestamptz"} {
		q := holding(t, db, kind, []string{value})
		q.Keys = []source.Key{{Column: "k"}}
		fails(t, q.Rows(), "", "key k: ")
	}
}

func TestANullKeyOfPostgreSQLIsRefusedWhereverItStands(t *testing.T) {
	db := onPostgres(t, "CREATE TABLE people (id integer PRIMARY KEY, age integer)",
		"INSERT INTO people SELECT i, CASE WHEN i = 9 THEN NULL ELSE i END FROM generate_series(1, 10) i")
	for _, desc := range []bool{false, true} { // PostgreSQL has NULL as the greatest
		q := peopleOnPostgres(db, source.Key{Column: "age", Desc: desc}, source.Key{Column: "id"})
		if seen, _, err := take(t.Context(), q.Rows(), "", -1); err == nil || len(seen) > 0 {
			t.Errorf("desc %v: %d items, error %v", desc, len(seen), err)
		}
		q.Where = "age IS NOT NULL"
		resumes(t, q.Rows, 9)
	}
}

func TestKeysThatAreNotUniqueOnPostgreSQLAreFoundEvenAcrossPages(t *testing.T) {
	db := tenOnPostgres(t)
	for _, page := range []int{1, 2, 3, 100} {
		q := peopleOnPostgres(db, source.Key{Column: "age"})
		q.Page = page
		fails(t, q.Rows(), "", `{"age":0}`, "unique")
	}
}

// column is what a statement answers.
func column(t *testing.T, db *sql.DB, query string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// rowsRead finds in the answer of EXPLAIN ANALYZE how many rows each step met.
var rowsRead = regexp.MustCompile(`actual time=[^)]* rows=(\d+) |Rows Removed by Filter: (\d+)`)

func TestEachStatementBehindACursorSeeksInPostgreSQLsIndex(t *testing.T) {
	const alike = 50 // rows of the same age and name: so few may be sorted
	for _, index := range []string{"age, name, id", "age DESC, name, id DESC", "age, name DESC, id"} {
		db := onPostgres(t, "CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, age integer NOT NULL)",
			"INSERT INTO people SELECT i, 'p' || i % 100, i % 10 FROM generate_series(1, 5000) i",
			"CREATE INDEX people_keys ON people ("+index+")", "ANALYZE people")
		var keys []source.Key
		for term := range strings.SplitSeq(index, ", ") {
			column, desc := strings.CutSuffix(term, " DESC")
			keys = append(keys, source.Key{Column: column, Desc: desc})
		}
		s := &spy{Queryer: db}
		q := peopleOnPostgres(s, keys...)
		_, cursor := taken(t, q.Rows(), "", 3000)
		s.statements, s.args = nil, nil
		taken(t, q.Rows(), cursor, 100)
		if len(s.statements) < 3 {
			t.Errorf("%d statements", len(s.statements))
		}
		for i, query := range s.statements {
			p := strings.Join(column(t, db, "EXPLAIN ANALYZE "+query, s.args[i]...), "\n")
			if !strings.Contains(p, "people_keys") || !strings.Contains(p, "Index Cond") {
				t.Errorf("%s\nis answered by\n%s", query, p)
			}
			for _, n := range rowsRead.FindAllStringSubmatch(p, -1) {
				if rows, _ := strconv.Atoi(n[1] + n[2]); rows > alike {
					t.Errorf("%s\nreads %d of 5000 rows:\n%s", query, rows, p)
				}
			}
		}
	}
}

// A table of PostgreSQL with random keys, few enough that they repeat.
func randomOnPostgres(t *testing.T, db *sql.DB, r *rand.Rand) (source.Table[int], string) {
	t.Helper()
	kinds := []struct{ name, value string }{
		{"bigint", "(random()*3)::bigint + 9007199254740992"}, {"numeric", "(random()*3)::int / 3.0"}, {"double precision", "(random()*3)::int / 3.0"},
		{`text COLLATE "und-x-icu"`, "(ARRAY['', 'a', 'A', 'ab', 'B', 'ä', ' a'])[1 + (random()*6)::int]"},
		{"timestamptz", "'2024-10-27 00:59:59.999998Z'::timestamptz + (random()*3)::int * '1 microsecond'::interval"},
		{"uuid", "('018f4e3a-7b1c-7000-8000-00000000000' || (random()*3)::int)::uuid"}, {"bytea", `decode(repeat('00ff', (random()*2)::int), 'hex')`},
	}
	columns, values := []string{"id integer PRIMARY KEY"}, []string{"i * 7919 % 10007 - 5000"}
	keys := []source.Key{}
	for i := range r.IntN(4) {
		k := kinds[r.IntN(len(kinds))]
		name := fmt.Sprintf("k%d", i)
		columns, values = append(columns, name+" "+k.name+" NOT NULL"), append(values, k.value)
		keys = append(keys, source.Key{Column: name, Desc: r.IntN(2) == 0})
	}
	keys = append(keys, source.Key{Column: "id", Desc: r.IntN(2) == 0})
	name := fresh()
	execute(t, db, "CREATE TABLE "+name+" ("+strings.Join(columns, ", ")+")",
		fmt.Sprintf("INSERT INTO %s SELECT %s FROM generate_series(1, %d) i", name, strings.Join(values, ", "), r.IntN(60)))
	order := (&randomTable{keys: keys}).order()
	if r.IntN(2) == 0 {
		execute(t, db, "CREATE INDEX ON "+name+" ("+order+")")
	}
	return source.Table[int]{DB: db, Dialect: source.PostgreSQL, Columns: "id", From: name, Keys: keys, Scan: scanOne[int], Page: 1 + r.IntN(9)}, order
}

func TestRandomTablesOfPostgreSQLInterruptedAtRandomYieldWhatOrderBySays(t *testing.T) {
	db := onPostgres(t)
	for seed := range uint64(randomRuns) {
		r := rand.New(rand.NewPCG(seed, 2))
		table, order := randomOnPostgres(t, db, r)
		var got []string
		for cursor, more := "", true; more; {
			n := 1 + r.IntN(20)
			seen, last := taken(t, table.Rows(), cursor, n)
			got, cursor, more = append(got, seen...), last, len(seen) == n
		}
		want := column(t, db, "SELECT id FROM "+table.From+" ORDER BY "+order)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, order by %s:\n got %v\nwant %v", seed, order, got, want)
		}
	}
}

func TestASourceOnAServerThatIsRestartedFailsWithItsCursorAndGoesOnBehindIt(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{})
	db := connected(t, server.DSN("postgres"), pgx.QueryExecModeCacheStatement,
		"CREATE TABLE people (id integer PRIMARY KEY)", "INSERT INTO people SELECT generate_series(1, 10)")
	q := peopleOnPostgres(db, source.Key{Column: "id"})
	seen, cursor := taken(t, q.Rows(), "", 5)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	fails(t, q.Rows(), cursor, "people", `{"id":5}`)
	if err := server.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	after, _ := taken(t, q.Rows(), cursor, -1)
	if got := slices.Concat(seen, after); fmt.Sprint(got) != "[1 2 3 4 5 6 7 8 9 10]" {
		t.Errorf("items %v", got)
	}
}
