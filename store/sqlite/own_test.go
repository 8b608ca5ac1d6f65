package sqlite

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// appDB is a database as an application opens it: other settings than ours.
func appDB(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestNewWorksOnTheApplicationsDatabase(t *testing.T) {
	db := appDB(t, filepath.Join(t.TempDir(), "app.db"))
	if _, err := db.Exec("CREATE TABLE users (name TEXT)"); err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(3)
	s, err := New(t.Context(), db, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.DB() != db {
		t.Error("DB is another database")
	}
	beat(t, s, "w", 1)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec("INSERT INTO users VALUES ('ann')")
	if err := errors.Join(err, s.EnqueueTx(t.Context(), tx, store.Job{ID: "a", Kind: "k"}), tx.Commit()); err != nil {
		t.Fatal(err)
	}
	if got := claim(t, s, "w", 9); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("jobs %v", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := db.Ping(); err != nil {
		t.Errorf("Close closed the application's database: %v", err)
	}
}

func TestCloseGivesConnectionsBackAsTheyWere(t *testing.T) {
	db := appDB(t, filepath.Join(t.TempDir(), "app.db"))
	settings := func() string {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		var all []string
		for _, pragma := range []string{"busy_timeout", "synchronous", "wal_autocheckpoint"} {
			var v string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&v); err != nil {
				t.Fatal(err)
			}
			all = append(all, pragma+" "+v)
		}
		return strings.Join(all, ", ")
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA busy_timeout = 1234; PRAGMA synchronous = 3"); err != nil {
		t.Fatal(err)
	}
	before := settings()
	db.SetMaxOpenConns(3)
	s, err := New(t.Context(), db, Options{Synchronous: Normal})
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, 1)
	s.Close()
	db.SetMaxOpenConns(1)
	if after := settings(); after != before {
		t.Errorf("settings %s, before: %s", after, before)
	}
}

func TestADatabaseWithTooFewConnectionsIsRefused(t *testing.T) {
	db := appDB(t, filepath.Join(t.TempDir(), "app.db"))
	db.SetMaxOpenConns(2)
	if _, err := New(t.Context(), db, Options{}); !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "(hint: ") {
		t.Errorf("error %v", err)
	}
}

func TestADatabaseInMemoryIsRefused(t *testing.T) {
	if _, err := New(t.Context(), appDB(t, ":memory:"), Options{}); err == nil || !strings.Contains(err.Error(), "local file") {
		t.Errorf("error %v", err)
	}
	for _, path := range []string{"", ":memory:", "file::memory:?cache=shared"} {
		if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("%q: error %v", path, err)
		}
	}
}

func TestBadOptionsAreRefusedByName(t *testing.T) {
	for name, o := range map[string]Options{
		"Synchronous": {Synchronous: "OFF"},
		"BusyTimeout": {BusyTimeout: -time.Second},
		"MaxPayload":  {MaxPayload: -1},
	} {
		_, err := Open(t.Context(), filepath.Join(t.TempDir(), "jobs.db"), o)
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestAPathWithStrangeSignsIsThatFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% #1?mode=ro&x.db")
	s := openAt(t, path, Options{})
	add(t, s, 1)
	if s.file.path != path {
		t.Errorf("the file is %s, want %s", s.file.path, path)
	}
}

func TestSynchronousHoldsForTheApplicationsConnectionsToo(t *testing.T) {
	for of, want := range map[Synchronous]int{Full: 2, Normal: 1} {
		s := openTemp(t, Options{Synchronous: of})
		var got int
		if err := s.DB().QueryRow("PRAGMA synchronous").Scan(&got); err != nil || got != want {
			t.Errorf("%s: synchronous is %d, %v; want %d", of, got, err, want)
		}
	}
}
