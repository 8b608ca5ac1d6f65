// Command csvimport writes the rows of a CSV file into a table, each row exactly
// once, however often it is stopped or killed on the way.
//
//	CSV=customers.csv go run ./examples/csvimport
//
// It creates import.db. Stop it with ^C and start it again: it goes on behind the
// last row that was written, without reading the file from its start.
package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"os"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// An Import is one file to be imported.
type Import struct{ File string }

var imports = tasuki.NewKind[Import]("import customers", tasuki.UniqueArgs())

type line = source.Item[source.Offset, source.Record]

// lines are what there is to import; Count makes the progress known.
func lines(i Import) tasuki.Source[source.Offset, line] {
	return source.CSV(source.CSVFile{
		File: source.File{Path: i.File, Count: true},
		Need: []string{"email", "name"},
	})
}

// importer writes one line and how far the import is in one transaction.
func importer(st *sqlite.Store) tasuki.Handler {
	return tasuki.Each(imports, lines, func(ctx context.Context, _ Import, l line) error {
		return st.Commit(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, write, l.Value.Get("email"), l.Value.Get("name"))
			return err
		})
	})
}

const (
	table = "CREATE TABLE IF NOT EXISTS customers (email TEXT PRIMARY KEY, name TEXT)"
	write = "INSERT INTO customers (email, name) VALUES (?, ?) ON CONFLICT (email) DO UPDATE SET name = excluded.name"
)

func open(ctx context.Context, file string) (*sqlite.Store, error) {
	st, err := sqlite.Open(ctx, file, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	_, err = st.DB().ExecContext(ctx, table)
	return st, err
}

// show logs how far unfinished imports are, every second until ctx ends.
func show(ctx context.Context, jobs store.Inspector) {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	unfinished := store.Filter{Kinds: []string{imports.Name()}, States: []store.State{store.Ready, store.Running, store.Retry}}
	for {
		page, err := jobs.List(ctx, store.ListRequest{Filter: unfinished})
		if err != nil && !errors.Is(err, context.Canceled) {
			log.Print(err)
		}
		for _, j := range page.Jobs {
			log.Printf("%s %s: %d of %d lines, %s", j.Kind, j.Args, j.Progress.Done, j.Progress.Total, j.State)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

func run(ctx context.Context, csv string) (int, error) {
	st, err := open(ctx, "import.db")
	if err != nil {
		return 1, err
	}
	defer st.Close()
	if _, err := tasuki.Enqueue(ctx, st, imports.Job(Import{csv})); err != nil {
		return 1, err
	}
	w, err := tasuki.New(st, tasuki.Config{Handlers: []tasuki.Handler{importer(st)}})
	if err != nil {
		return 1, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go show(ctx, st)
	return tasuki.Main(w), nil
}

func main() {
	code, err := run(context.Background(), os.Getenv("CSV"))
	if err != nil {
		log.Print(err)
	}
	os.Exit(code)
}
