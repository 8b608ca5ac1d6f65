package source_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strings"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

type uploaded struct{ *strings.Reader }

func (uploaded) Close() error { return nil }

// A job that invites who is in a CSV file. Interrupted anywhere, it goes on behind
// the last record done.
func ExampleCSV() {
	type Import struct{ Path string }
	imports := tasuki.NewKind[Import]("import")
	file := func(a Import) source.CSVFile {
		return source.CSVFile{Need: []string{"email"}, File: source.File{Path: a.Path,
			Open: func(context.Context) (io.ReadSeekCloser, error) {
				return uploaded{strings.NewReader("name,email\nAnn,ann@example.com\nBob,bob@example.com\n")}, nil
			}}}
	}
	handler := tasuki.Each(imports,
		func(a Import) source.Of[source.Offset, source.Record] {
			return source.CSV(file(a))
		},
		func(_ context.Context, _ Import, r source.Item[source.Offset, source.Record]) error {
			return nil // invite r.Value.Get("email")
		})
	_ = handler // for tasuki.Config.Handlers

	for r, err := range source.CSV(file(Import{"people.csv"})).After(context.Background(), source.Offset{}) {
		fmt.Println(r.Value.Get("email"), r.At.Byte, err)
	}
	// Output:
	// ann@example.com 31 <nil>
	// bob@example.com 51 <nil>
}

type account struct {
	ID    int64
	Email string
}

// The accounts, newest first, a page of 1,000 at a time.
func ExampleTable() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, active INT, created_at TEXT NOT NULL);
		INSERT INTO accounts VALUES (1, 'ann@example.com', 1, '2024-01-02'), (2, 'bob@example.com', 0, '2024-01-02'),
			(3, 'cem@example.com', 1, '2024-01-03'), (4, 'dee@example.com', 1, '2024-01-02')`); err != nil {
		panic(err)
	}
	accounts := source.Table[account]{
		DB:      db,
		Columns: "id, email",
		From:    "accounts",
		Where:   "active = ?", Args: []any{1},
		Keys: []source.Key{{Column: "created_at", Desc: true}, {Column: "id"}},
		Scan: func(s source.Scanner, a *account) error { return s.Scan(&a.ID, &a.Email) },
	}
	for row, err := range accounts.Rows().After(context.Background(), nil) {
		fmt.Println(row.Value.Email, row.At, err)
	}
	// Output:
	// cem@example.com {"created_at desc":"2024-01-03","id":3} <nil>
	// ann@example.com {"created_at desc":"2024-01-02","id":1} <nil>
	// dee@example.com {"created_at desc":"2024-01-02","id":4} <nil>
}
