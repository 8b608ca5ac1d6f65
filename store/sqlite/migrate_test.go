package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func init() { roles["migrate"] = migrateOnce }

func migrateOnce(ctx context.Context, path string) error {
	await()
	steps, err := Migrate(ctx, path, false)
	for _, m := range steps {
		say("applied", m.Version)
	}
	return err
}

func TestOfEightThatMigrateAtOnceOneDoesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	var applied []string
	for _, c := range atOnce(t, 8, "migrate", path) {
		applied = append(applied, c.said("applied")...)
	}
	if len(applied) != len(migrations) {
		t.Errorf("steps %v were applied, want each of %d once", applied, len(migrations))
	}
	add(t, openAt(t, path, Options{NoMigrate: true}), 1)
}

func TestADryRunSaysWhatIsMissingAndWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	for range 2 {
		steps, err := Migrate(t.Context(), path, true)
		if err != nil || len(steps) != len(migrations) || !strings.Contains(steps[0].SQL, "CREATE TABLE tasuki_jobs") {
			t.Fatalf("%d steps, %v", len(steps), err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("the dry run made the file: %v", err)
		}
	}
	if steps, err := Migrate(t.Context(), path, false); err != nil || len(steps) != len(migrations) {
		t.Errorf("%d steps, %v", len(steps), err)
	}
	for _, dry := range []bool{true, false} {
		if steps, err := Migrate(t.Context(), path, dry); err != nil || len(steps) != 0 {
			t.Errorf("again: %d steps, %v; want none", len(steps), err)
		}
	}
}

func TestADryRunOnADatabaseOfTheApplicationLeavesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.db")
	db := appDB(t, path)
	if _, err := db.Exec("CREATE TABLE users (name TEXT)"); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if steps, err := MigrateDB(t.Context(), db, true); err != nil || len(steps) != len(migrations) {
		t.Errorf("%d steps, %v", len(steps), err)
	}
	if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
		t.Error("the file was changed")
	}
	if steps, err := MigrateDB(t.Context(), db, false); err != nil || len(steps) != len(migrations) {
		t.Errorf("%d steps, %v", len(steps), err)
	}
}

func TestNoMigrateAsksForTheMigration(t *testing.T) {
	_, err := Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), Options{NoMigrate: true})
	if err == nil || !strings.Contains(err.Error(), "tasuki migrate") {
		t.Errorf("error %v, want one that says how", err)
	}
}

// newerSchema notes a step that this version does not know.
func newerSchema(t *testing.T, minReader int) string {
	t.Helper()
	s := openTemp(t, Options{})
	_, err := s.DB().Exec("INSERT INTO tasuki_schema VALUES (?, ?, 'future', 0)", len(migrations)+1, minReader)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	return s.file.path
}

func TestANewerSchemaThatStillFitsWorks(t *testing.T) {
	s := openAt(t, newerSchema(t, len(migrations)), Options{})
	beat(t, s, "w", 1)
	add(t, s, 1)
	if got := claim(t, s, "w", 2); len(got) != 1 {
		t.Errorf("%d jobs", len(got))
	}
}

func TestANewerSchemaThatDoesNotFitIsRefused(t *testing.T) {
	err := refused(t, newerSchema(t, len(migrations)+1), "update this program")
	if !errors.Is(err, store.ErrNewer) {
		t.Errorf("error %v, want ErrNewer", err)
	}
}

func TestAMigrationThatFailsLeavesNothing(t *testing.T) {
	saved := migrations
	defer func() { migrations = saved }()
	migrations = append(slices.Clone(saved), Migration{
		Version: len(saved) + 1, Name: "broken", MinReader: 1, SQL: "CREATE TABLE tasuki_new (x); CREATE TABLE tasuki_new (x);",
	})
	path := filepath.Join(t.TempDir(), "jobs.db")
	if _, err := Migrate(t.Context(), path, false); err == nil || !strings.Contains(err.Error(), "(broken)") {
		t.Errorf("error %v, want one that names the step", err)
	}
	migrations = saved
	if steps, err := Migrate(t.Context(), path, true); err != nil || len(steps) != len(saved) {
		t.Errorf("%d steps missing, %v; want all", len(steps), err)
	}
}

func TestAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	saved := migrations
	defer func() { migrations = saved }()
	s := openTemp(t, Options{})
	add(t, s, 3)
	s.Close()
	migrations = append(slices.Clone(saved), Migration{
		Version: len(saved) + 1, Name: "next", MinReader: 1, SQL: "ALTER TABLE tasuki_jobs ADD COLUMN note TEXT",
	})
	s = openAt(t, s.file.path, Options{})
	if _, err := s.DB().Exec("SELECT note FROM tasuki_jobs"); err != nil {
		t.Error(err)
	}
}
