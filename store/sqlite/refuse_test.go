package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// filesIn is what lies in a directory, by name.
func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// unchanged asserts that do refuses with these words and one hint, and that the
// directory is what it was, byte by byte; what may is a file that may be new.
func unchanged(t *testing.T, path string, do func() error, may string, words ...string) error {
	t.Helper()
	dir := filepath.Dir(path)
	before := filesIn(t, dir)
	err := do()
	after := filesIn(t, dir)
	if _, was := before[may]; !was {
		delete(after, may)
	}
	if !maps.EqualFunc(before, after, bytes.Equal) {
		t.Errorf("the directory had %v, now %v, or they have changed",
			slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
	if err == nil {
		t.Errorf("%s was not refused", path)
		return nil
	}
	for _, w := range append(words, path) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Count(err.Error(), "(hint: ") != 1 {
		t.Errorf("error %q has not exactly one hint", err)
	}
	return err
}

func opening(t *testing.T, path string, o Options) func() error {
	return func() error {
		s, err := Open(t.Context(), path, o)
		if err == nil {
			s.Close()
		}
		return err
	}
}

// database makes a file with some statements, and closes it.
func database(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// cutOff is a copy of a file with its log or journal, as it is if the program that
// writes to it is killed after some statements.
func cutOff(t *testing.T, beside []string, statements ...string) string {
	t.Helper()
	from, to := filepath.Join(t.TempDir(), "app.db"), filepath.Join(t.TempDir(), "app.db")
	db, err := sql.Open("sqlite", from)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(beside, "") {
		copyFile(t, from+name, to+name)
	}
	return to
}

const users = "CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('ann')"

func TestNoMigrateRefusesAndLeavesWhatIsThere(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "jobs.db")
	empty := filepath.Join(t.TempDir(), "jobs.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path  string
		is    error
		words []string
	}{
		"no file":                  {absent, fs.ErrNotExist, []string{"does not exist", "makes a new store there"}},
		"an empty file":            {empty, nil, []string{"is empty", "tasuki migrate"}},
		"an empty database":        {database(t, "CREATE TABLE x (a); DROP TABLE x"), nil, []string{"is empty", "tasuki migrate"}},
		"a stranger's":             {database(t, users), store.ErrInvalid, []string{"somebody else", "tasuki migrate"}},
		"a stranger's in WAL mode": {database(t, "PRAGMA journal_mode = WAL;"+users), store.ErrInvalid, []string{"somebody else", "tasuki migrate"}},
		"tables with our names":    {database(t, "CREATE TABLE tasuki_jobs (id)"), store.ErrInvalid, []string{"did not make", "a file of its own"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := unchanged(t, c.path, opening(t, c.path, Options{NoMigrate: true}), "", c.words...)
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v, want %v", err, c.is)
			}
		})
	}
}

func TestNoMigrateNamesTheSchemaThatIsOlder(t *testing.T) {
	s := openTemp(t, Options{})
	s.Close()
	saved := migrations
	defer func() { migrations = saved }()
	migrations = append(slices.Clone(saved), Migration{Version: len(saved) + 1, Name: "next", MinReader: 1, SQL: "SELECT 1"})
	unchanged(t, s.file.path, opening(t, s.file.path, Options{NoMigrate: true}), "", "the schema is 2, this program needs 3", "tasuki migrate")
}

func TestWhatIsAlwaysRefusedIsLeftAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		words []string
	}{
		"tables with our names":      {database(t, "CREATE TABLE tasuki_x (a)"), []string{"did not make", "a file of its own"}},
		"a ledger that is not ours":  {database(t, "CREATE TABLE tasuki_schema (version TEXT, min_reader); INSERT INTO tasuki_schema VALUES ('one', 1)"), []string{"did not make", "a file of its own"}},
		"a ledger of another form":   {database(t, "CREATE TABLE tasuki_schema (a)"), []string{"did not make", "a file of its own"}},
		"tables with them, WAL mode": {database(t, "PRAGMA journal_mode = WAL; CREATE TABLE tasuki_x (a)"), []string{"did not make", "a file of its own"}},
		"a schema that is newer":     {newerSchema(t, len(migrations)+1), []string{"update this program"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, o := range []Options{{}, {NoMigrate: true}} {
				unchanged(t, c.path, opening(t, c.path, o), "", c.words...)
			}
			for _, dry := range []bool{false, true} {
				unchanged(t, c.path, func() error { _, err := Migrate(t.Context(), c.path, dry); return err }, "", c.words...)
			}
		})
	}
}

// TestWhatAKilledProgramLeftInAStrangersLogStaysThere: SQLite alone copies the log
// into the database when the last who has it open closes it. The index of the log
// may be made; it holds nothing.
func TestWhatAKilledProgramLeftInAStrangersLogStaysThere(t *testing.T) {
	path := cutOff(t, []string{"-wal"}, "PRAGMA journal_mode = WAL", users)
	unchanged(t, path, opening(t, path, Options{NoMigrate: true}), "app.db-shm", "somebody else")
	for words, has := range map[string]string{
		"did not make": "CREATE TABLE tasuki_x (a)",
		"update this program": "CREATE TABLE tasuki_schema (version INTEGER, min_reader INTEGER);" +
			"INSERT INTO tasuki_schema VALUES (99, 99)",
	} {
		path = cutOff(t, []string{"-wal"}, "PRAGMA journal_mode = WAL", has)
		unchanged(t, path, opening(t, path, Options{}), "app.db-shm", words)
		for _, dry := range []bool{false, true} {
			unchanged(t, path, func() error { _, err := Migrate(t.Context(), path, dry); return err }, "app.db-shm", words)
		}
	}
}

func TestAWriteOfAStrangerThatWasCutOffIsNotTakenBack(t *testing.T) {
	path := cutOff(t, []string{"-journal"}, users, "PRAGMA cache_size = 1", "BEGIN IMMEDIATE",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO users SELECT randomblob(3000) FROM n")
	unchanged(t, path, opening(t, path, Options{NoMigrate: true}), "", "cut off", "the program that it belongs to")
	s := openAt(t, path, Options{}) // takes it back
	var n int
	if err := s.DB().QueryRow("SELECT count(*) FROM users").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d users, %v; want the one that was committed", n, err)
	}
}

func TestAStoreWhoseWorkerWasKilledIsOpenedWithNoMigrate(t *testing.T) {
	s := openTemp(t, Options{})
	named(t, s, nil, "a")
	path := filepath.Join(t.TempDir(), "jobs.db")
	copyFile(t, s.file.path, path)
	copyFile(t, s.file.path+"-wal", path+"-wal")
	the(t, openAt(t, path, Options{NoMigrate: true}), "a")
}

func TestAStoreInUseIsOpenedWithNoMigrate(t *testing.T) {
	s := openTemp(t, Options{})
	named(t, s, nil, "a")
	second := openAt(t, s.file.path, Options{NoMigrate: true})
	the(t, second, "a")
	second.Close()
	named(t, s, nil, "b") // the first still has its locks
	the(t, openAt(t, s.file.path, Options{NoMigrate: true}), "b")
}

func TestAnApplicationsDatabaseThatIsRefusedIsNotSwitchedToWAL(t *testing.T) {
	for _, c := range []struct {
		has string
		o   Options
	}{{users, Options{NoMigrate: true}}, {"CREATE TABLE tasuki_x (a)", Options{}}} {
		path := database(t, c.has)
		db := appDB(t, path)
		unchanged(t, path, func() error {
			_, err := New(t.Context(), db, c.o)
			return errors.Join(err, errors.New(path)) // New does not know the path
		}, "")
		if !strings.HasPrefix(c.has, "CREATE TABLE tasuki") {
			continue
		}
		unchanged(t, path, func() error {
			_, err := MigrateDB(t.Context(), db, false)
			return errors.Join(err, errors.New(path))
		}, "")
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	at := func(name string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(dir, name)
	}
	for path, kind := range map[string]string{
		"/dev/zero": "a device",
		at("dir.db", os.Mkdir(filepath.Join(dir, "dir.db"), 0o700)):           "a directory",
		at("pipe.db", syscall.Mkfifo(filepath.Join(dir, "pipe.db"), 0o600)):   "a pipe",
		at("link.db", os.Symlink("/dev/null", filepath.Join(dir, "link.db"))): "a device",
	} {
		for _, o := range []Options{{}, {NoMigrate: true}} {
			err := opening(t, path, o)()
			if !errors.Is(err, store.ErrInvalid) || !strings.Contains(err.Error(), "it is no file but "+kind) || !strings.Contains(err.Error(), path) {
				t.Errorf("%+v: error %v", o, err)
			}
		}
		for _, dry := range []bool{true, false} {
			if _, err := Migrate(t.Context(), path, dry); !errors.Is(err, store.ErrInvalid) {
				t.Errorf("migrate %s: error %v", path, err)
			}
		}
	}
}
