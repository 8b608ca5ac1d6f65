package main

import (
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strconv"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

type row = source.Item[source.Offset, source.Record]

// pagesHandler writes a page for each row of a catalogue below a directory. When its
// worker is told to stop it hands the job over between two rows, and whoever takes it
// goes on there. After kill -9 up to 50 ms of pages are written once more, as they were.
func pagesHandler(dir string) tasuki.Handler {
	return pagesJob.Do(func(ctx context.Context, p Pages) error {
		rows := source.CSV(source.CSVFile{
			File: source.File{Path: p.Catalogue, Count: true},
			Need: []string{"number", "name"},
		})
		err := tasuki.Loop(ctx, "pages", rows, func(_ context.Context, r row) error {
			return writePage(dir, p, r.Value)
		})
		if err != nil {
			return err
		}
		// The end of this job and the enqueuing of the next are one write.
		return tasuki.Then(noticeJob.Job(Notice{p.Shop, "The pages of " + p.Options.Title + " are there."}))
	})
}

func writePage(dir string, p Pages, r source.Record) error {
	number, err := strconv.ParseUint(r.Get("number"), 10, 64)
	if err != nil {
		return fmt.Errorf("number of %q: %w", r.Get("name"), err)
	}
	dir = filepath.Join(dir, strconv.FormatInt(p.Shop, 10))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf("<h1>%s</h1><p>%s</p>\n", html.EscapeString(p.Options.Title), html.EscapeString(r.Get("name")))
	return os.WriteFile(filepath.Join(dir, strconv.FormatUint(number, 10)+".html"), []byte(text), 0o644)
}
