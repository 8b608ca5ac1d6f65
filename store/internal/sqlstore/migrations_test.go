package sqlstore

import (
	"testing"
	"testing/fstest"
)

type step struct {
	Version   int
	Name      string
	MinReader int
	SQL       string
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestMigrationsAreReadInTheirOrder(t *testing.T) {
	got := Migrations[step](fstest.MapFS{
		"migrations/0002_more_rows.sql": file("-- Rows.\n-- min-reader: 1\nB"),
		"migrations/0001_start.sql":     file("-- min-reader: 1\nA"),
	})
	want := []step{
		{1, "start", 1, "-- min-reader: 1\nA"},
		{2, "more_rows", 1, "-- Rows.\n-- min-reader: 1\nB"},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
}

func TestAWrongMigrationStopsTheProgram(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"a number is missing":    {"migrations/0002_b.sql": file("-- min-reader: 1\n")},
		"no number":              {"migrations/start.sql": file("-- min-reader: 1\n")},
		"no oldest of programs":  {"migrations/0001_a.sql": file("A")},
		"two steps of a number":  {"migrations/0001_a.sql": file("-- min-reader: 1\n"), "migrations/0001_b.sql": file("-- min-reader: 1\n")},
		"an oldest that is none": {"migrations/0001_a.sql": file("-- min-reader: all\n")},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is taken")
				}
			}()
			Migrations[step](files)
		})
	}
}
