package source_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

// database is a fresh SQLite file with one connection: a source that kept one open
// while its items are done would hang.
func database(t testing.TB, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	execute(t, db, "PRAGMA journal_mode = MEMORY", "PRAGMA synchronous = OFF") // nothing here outlives the test
	execute(t, db, statements...)
	return db
}

func execute(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func series(n int) string {
	return fmt.Sprintf("WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM s WHERE i < %d)", n)
}

func scanOne[T any](s source.Scanner, v *T) error { return s.Scan(v) }

func people(db *sql.DB, keys ...source.Key) source.Table[int] {
	return source.Table[int]{DB: db, Columns: "id", From: "people", Keys: keys, Scan: scanOne[int], Page: 3}
}

func tenPeople(t *testing.T) *sql.DB {
	return database(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT NOT NULL)",
		series(10)+" INSERT INTO people SELECT i, 'p' || i, (i*7)%4 FROM s")
}

func TestRowsAreResumedBehindAnyRow(t *testing.T) {
	for name, keys := range map[string][]source.Key{
		"one key ascending":  {{Column: "id"}},
		"one key descending": {{Column: "id", Desc: true}},
		"two keys":           {{Column: "age"}, {Column: "id"}},
		"two keys mixed":     {{Column: "age", Desc: true}, {Column: "id"}},
		"three keys mixed":   {{Column: "age"}, {Column: "name", Desc: true}, {Column: "id"}},
		"an expression":      {{Column: "age * -1"}, {Column: "lower(name)"}, {Column: "id", Desc: true}},
	} {
		t.Run(name, func(t *testing.T) {
			db := tenPeople(t)
			resumes(t, func() tasuki.Source[source.Keyset, source.Row[int]] { return people(db, keys...).Rows() }, 10)
		})
	}
}

func TestPagesAreResumedBehindAnyPage(t *testing.T) {
	db := tenPeople(t)
	resumes(t, func() tasuki.Source[source.Keyset, []source.Row[int]] {
		return people(db, source.Key{Column: "age"}, source.Key{Column: "id", Desc: true}).Pages()
	}, 4)
}

func TestNoConnectionIsHeldWhileAnItemIsDone(t *testing.T) {
	db := tenPeople(t)
	for row, err := range people(db, source.Key{Column: "id"}).Rows().After(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n := db.Stats().InUse; n != 0 {
			t.Fatalf("%d connections in use", n)
		}
		if _, err := db.Exec("UPDATE people SET name = 'done' WHERE id = ?", row.Value); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhereAndItsArgumentsChooseTheRows(t *testing.T) {
	db := tenPeople(t)
	q := people(db, source.Key{Column: "id"})
	q.Where, q.Args, q.Count = "age = ? OR id = ? -- whoever", []any{3, 10}, true
	got, _ := taken(t, q.Rows(), "", -1)
	wantItems(t, got, 1, 5, 9, 10)
	if n, err := q.Rows().Total(t.Context()); n != 4 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
	resumes(t, q.Rows, 4)
}

func TestRowsWithoutCountHaveNoTotal(t *testing.T) {
	if people(tenPeople(t), source.Key{Column: "id"}).Rows().Total != nil {
		t.Error("there is a total that nobody asked for")
	}
}

func TestRowsAddedBehindTheCursorAreDoneAndThoseBeforeItAreNot(t *testing.T) {
	db := tenPeople(t)
	execute(t, db, "DELETE FROM people WHERE id IN (2, 8)")
	q := people(db, source.Key{Column: "id"})
	_, cursor := taken(t, q.Rows(), "", 4) // 1 3 4 5
	execute(t, db, "INSERT INTO people VALUES (2, 'late', 1), (8, 'soon', 1), (11, 'last', 1)")
	got, _ := taken(t, q.Rows(), cursor, -1)
	wantItems(t, got, 6, 7, 8, 9, 10, 11)
}

func TestTheCursorsOwnRowMayBeDeleted(t *testing.T) {
	db := tenPeople(t)
	q := people(db, source.Key{Column: "age"}, source.Key{Column: "id"})
	all, _ := taken(t, q.Rows(), "", -1)
	_, cursor := taken(t, q.Rows(), "", 4)
	execute(t, db, "DELETE FROM people WHERE id = "+all[3])
	got, _ := taken(t, q.Rows(), cursor, -1)
	if fmt.Sprint(got) != fmt.Sprint(all[4:]) {
		t.Errorf("items %v, want %v", got, all[4:])
	}
}

func TestARowDeletedBeforeItsPageIsReadIsNotDone(t *testing.T) {
	db := tenPeople(t)
	var got []int
	for row, err := range people(db, source.Key{Column: "id"}).Rows().After(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Value == 1 {
			execute(t, db, "DELETE FROM people WHERE id IN (4, 10)")
		}
		got = append(got, row.Value)
	}
	if fmt.Sprint(got) != "[1 2 3 5 6 7 8 9]" {
		t.Errorf("items %v", got)
	}
}

func TestACursorOfOtherKeysIsChanged(t *testing.T) {
	db := tenPeople(t)
	_, cursor := taken(t, people(db, source.Key{Column: "id"}).Rows(), "", 4)
	for name, keys := range map[string][]source.Key{
		"more":            {{Column: "id"}, {Column: "name"}},
		"another":         {{Column: "name"}},
		"other direction": {{Column: "id", Desc: true}},
	} {
		t.Run(name, func(t *testing.T) {
			failsChanged(t, people(db, keys...).Rows(), cursor, "the cursor has keys (id), Table.Keys are (")
		})
	}
}

func TestACursorOfAnotherSourceDoesNotDecode(t *testing.T) {
	for _, cursor := range []string{"7", `"p7"`, `[1]`, `{"id":null}`, `{"id":1.5}`, `{"id":{}}`, `{"id":[1]}`} {
		if _, _, err := take(t.Context(), people(tenPeople(t), source.Key{Column: "id"}).Rows(), cursor, -1); err == nil {
			t.Errorf("cursor %s is taken", cursor)
		}
	}
}

func TestANullKeyIsRefusedWhereverItStands(t *testing.T) {
	db := database(t, "CREATE TABLE people (id INTEGER PRIMARY KEY, age INT)",
		series(10)+" INSERT INTO people SELECT i, CASE WHEN i = 9 THEN NULL ELSE i END FROM s")
	for _, desc := range []bool{false, true} {
		q := people(db, source.Key{Column: "age", Desc: desc}, source.Key{Column: "id"})
		if seen, _, err := take(t.Context(), q.Rows(), "", -1); err == nil || len(seen) > 0 {
			t.Errorf("desc %v: %d items, error %v", desc, len(seen), err)
		}
		fails(t, q.Rows(), "", "age", "NULL", "hint")
		q.Where = "age IS NOT NULL"
		resumes(t, q.Rows, 9)
	}
}

func TestKeysThatAreNotUniqueAreFoundEvenAcrossPages(t *testing.T) {
	for _, page := range []int{1, 2, 3, 100} {
		db := tenPeople(t)
		q := people(db, source.Key{Column: "age"})
		q.Page = page
		fails(t, q.Rows(), "", `{"age":0}`, "unique")
	}
}

// A rounding database compares floats by less than it shows, as MySQL's FLOAT does.
type rounding struct{ source.Queryer }

func (r rounding) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	for i, a := range args {
		if f, ok := a.(float64); ok {
			args[i] = math.Floor(f)
		}
	}
	return r.Queryer.QueryContext(ctx, query, args...)
}

func TestAKeyThatDoesNotCompareAsItWasReadIsFound(t *testing.T) {
	db := database(t, "CREATE TABLE v (k REAL NOT NULL)", "INSERT INTO v VALUES (1.25), (2.25), (3.25)")
	q := source.Table[float64]{DB: rounding{db}, Columns: "k", From: "v", Keys: []source.Key{{Column: "k"}}, Scan: scanOne[float64], Page: 1}
	fails(t, q.Rows(), "", "comes again", "FLOAT")
}

func TestKeysOfAllTypesAreResumedExactly(t *testing.T) {
	nano := time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC)
	for name, values := range map[string][]any{
		"integers beyond 2^53": {int64(math.MinInt64), int64(-1), int64(0), int64(1 << 53), int64(1<<53 + 1), int64(1<<53 + 2), int64(math.MaxInt64)},
		"floats":               {math.Inf(-1), -0.1, 0.0, 5e-324, 0.1, math.Nextafter(0.1, 1), 1e300, math.Inf(1)},
		"texts":                {"", "a", "a\x00b", "ab", "b\"\\\n", "z\xff\xfe", "z\xff\xfeq", "é", "日本", "😀"},
		"bytes":                {[]byte{}, []byte{0}, []byte{0, 0}, []byte("a"), []byte{0xff}, []byte{0xff, 0}},
		"all in one column":    {int64(-3), 0.5, int64(1), "", "1", []byte{}, []byte("1")},
		"booleans":             {false, true},
		"times as texts":       {nano, nano.Add(1), nano.Add(time.Second)},
	} {
		for _, declared := range []string{"", "DATETIME", "BLOB"} {
			if name != "times as texts" && declared == "DATETIME" && name != "texts" {
				continue
			}
			t.Run(name+" "+declared, func(t *testing.T) {
				db := database(t, "CREATE TABLE v (k "+declared+" NOT NULL, id INTEGER NOT NULL)")
				for i, v := range values {
					if _, err := db.Exec("INSERT INTO v VALUES (?, ?)", v, i); err != nil {
						t.Fatal(err)
					}
				}
				for _, desc := range []bool{false, true} {
					q := source.Table[int]{DB: db, Columns: "id", From: "v", Keys: []source.Key{{Column: "k", Desc: desc}}, Scan: scanOne[int], Page: 2}
					resumes(t, q.Rows, len(values))
				}
			})
		}
	}
}

func TestABadTableIsRefusedWithTheFieldsName(t *testing.T) {
	good := people(tenPeople(t), source.Key{Column: "id"})
	for field, spoil := range map[string]func(*source.Table[int]){
		"Table.DB":      func(q *source.Table[int]) { q.DB = nil },
		"Table.From":    func(q *source.Table[int]) { q.From = "" },
		"Table.Keys":    func(q *source.Table[int]) { q.Keys = nil },
		"Table.Keys: c": func(q *source.Table[int]) { q.Keys = []source.Key{{Column: "id"}, {Column: "id", Desc: true}} },
		"Table.Scan":    func(q *source.Table[int]) { q.Scan = nil },
		"Table.Page":    func(q *source.Table[int]) { q.Page = -1 },
		"Table.Dialect": func(q *source.Table[int]) { q.Dialect = 99 },
		"did not call":  func(q *source.Table[int]) { q.Scan = func(source.Scanner, *int) error { return nil } },
		"no such table": func(q *source.Table[int]) { q.From = "nobody" },
	} {
		q := good
		spoil(&q)
		fails(t, q.Rows(), "", field)
	}
}

func TestAClosedDatabaseIsAnErrorWithTheCursor(t *testing.T) {
	db := tenPeople(t)
	q := people(db, source.Key{Column: "id"})
	_, cursor := taken(t, q.Rows(), "", 4)
	db.Close()
	fails(t, q.Rows(), cursor, "people", `{"id":4}`, "closed")
}
