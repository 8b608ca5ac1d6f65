package source_test

import (
	"context"
	"database/sql"
	"io"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/source"
)

// What resuming costs, counted: bench_test.go has the times.

// A counted file says how many bytes were read from it.
type counted struct {
	*strings.Reader
	read *int
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	*c.read += n
	return n, err
}

func (counted) Close() error { return nil }

func TestResumingAFileReadsAsMuchAtItsEndAsAtItsBeginning(t *testing.T) {
	content := strings.Repeat("1234567,abcdefgh\n", 100_000)
	read := 0
	f := source.File{Path: "counted", Open: func(context.Context) (io.ReadSeekCloser, error) {
		return counted{strings.NewReader(content), &read}, nil
	}}
	for name, take := range map[string]func(cursor string, n int) string{
		"lines": func(c string, n int) string { _, last := taken(t, source.Lines(f), c, n); return last },
		"csv": func(c string, n int) string {
			_, last := taken(t, source.CSV(source.CSVFile{File: f}), c, n)
			return last
		},
	} {
		t.Run(name, func(t *testing.T) {
			cost := map[int]int{}
			for _, at := range []int{10, 90_000} {
				cursor := take("", at)
				read = 0
				take(cursor, 1)
				cost[at] = read
			}
			if cost[90_000] > cost[10]+200_000 || cost[90_000] > len(content)/5 {
				t.Errorf("bytes read: %v of %d", cost, len(content))
			}
		})
	}
}

// A spy notes the statements.
type spy struct {
	source.Queryer
	statements []string
	args       [][]any
}

func (s *spy) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s.statements, s.args = append(s.statements, query), append(s.args, args)
	return s.Queryer.QueryContext(ctx, query, args...)
}

func plan(t *testing.T, db *sql.DB, query string, args []any) string {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var a, b, c int
		var detail string
		if err := rows.Scan(&a, &b, &c, &detail); err != nil {
			t.Fatal(err)
		}
		all = append(all, detail)
	}
	return strings.Join(all, "; ")
}

func TestEachStatementBehindACursorSeeksInTheIndex(t *testing.T) {
	for _, index := range []string{"age, name, id", "age DESC, name, id DESC", "age, name DESC, id"} {
		db := tenPeople(t)
		execute(t, db, "CREATE INDEX i ON people ("+index+")")
		var keys []source.Key
		for term := range strings.SplitSeq(index, ", ") {
			column, desc := strings.CutSuffix(term, " DESC")
			keys = append(keys, source.Key{Column: column, Desc: desc})
		}
		s := &spy{Queryer: db}
		q := people(db, keys...)
		q.DB = s
		_, cursor := taken(t, q.Rows(), "", 8)
		s.statements, s.args = nil, nil
		taken(t, q.Rows(), cursor, -1)
		if len(s.statements) != 3 {
			t.Errorf("%d statements", len(s.statements))
		}
		for i, query := range s.statements {
			if p := plan(t, db, query, s.args[i]); !strings.Contains(p, "SEARCH people USING") || strings.Contains(p, "TEMP") {
				t.Errorf("%s\nis answered by %s", query, p)
			}
		}
	}
}

func TestDialectsDifferInPlaceholdersAndLimit(t *testing.T) {
	for dialect, want := range map[source.Dialect]string{
		source.SQLite:     "b = ?\n) AND a = ? AND c < ? ORDER BY c desc, id LIMIT 4",
		source.MySQL:      "SELECT x, a, c, id FROM v\n WHERE (b = ?\n) AND a = ? AND c < ? ORDER BY c desc, id LIMIT 4",
		source.PostgreSQL: "SELECT x, a, c, id FROM v\n WHERE (b = $1\n) AND a = $2 AND c < $3 ORDER BY c desc, id LIMIT 4",
		source.SQLServer:  "SELECT x, a, c, id FROM v\n WHERE (b = @p1\n) AND a = @p2 AND c < @p3 ORDER BY c desc, id OFFSET 0 ROWS FETCH NEXT 4 ROWS ONLY",
		source.Oracle:     "SELECT x, a, c, id FROM v\n WHERE (b = :1\n) AND a = :2 AND c < :3 ORDER BY c desc, id FETCH FIRST 4 ROWS ONLY",
	} {
		s := &answering{db: database(t)}
		where := map[source.Dialect]string{source.PostgreSQL: "b = $1", source.SQLServer: "b = @p1", source.Oracle: "b = :1"}[dialect]
		if where == "" {
			where = "b = ?"
		}
		q := source.Table[int]{DB: s, Dialect: dialect, Columns: "x", From: "v", Where: where, Args: []any{1}, Page: 3, Scan: scanOne[int],
			Keys: []source.Key{{Column: "a"}, {Column: "c", Desc: true}, {Column: "id"}}}
		taken(t, q.Rows(), `{"a":1,"c desc":2,"id":3}`, -1)
		if len(s.statements) != 3 || !strings.HasSuffix(s.statements[1], want) {
			t.Errorf("dialect %d: %q", dialect, s.statements)
		}
	}
}

// answering notes statements of any dialect and answers that there are no rows.
type answering struct {
	db         *sql.DB
	statements []string
}

func (a *answering) QueryContext(ctx context.Context, query string, _ ...any) (*sql.Rows, error) {
	a.statements = append(a.statements, query)
	return a.db.QueryContext(ctx, "SELECT 1, 1, 1, 1 WHERE 0")
}
