package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// refused asserts that the file cannot be opened, that the error names it, holds
// the words, and ends in a hint.
func refused(t *testing.T, path string, words ...string) error {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", path)
	}
	text := err.Error()
	for _, w := range append(words, path, "(hint: ") {
		if !strings.Contains(text, w) {
			t.Errorf("error %q does not say %q", text, w)
		}
	}
	if strings.Count(text, "(hint: ") != 1 {
		t.Errorf("error %q has not exactly one hint", text)
	}
	return err
}

func TestAFileThatIsNoDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	text := strings.Repeat("this is no database. ", 100)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "not a database", "something else")
	if now, _ := os.ReadFile(path); string(now) != text {
		t.Error("the file was changed")
	}
}

func TestAMissingDirectoryIsNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	refused(t, filepath.Join(dir, "jobs.db"), "make the directory "+dir)
}

func TestADirectoryIsNoStore(t *testing.T) {
	refused(t, t.TempDir())
}

func TestTablesOfOthersWithOurNamesAreRefused(t *testing.T) {
	s := openTemp(t, Options{})
	path := filepath.Join(t.TempDir(), "app.db")
	if _, err := s.DB().Exec("ATTACH ? AS app; CREATE TABLE app.tasuki_jobs (id INTEGER)", path); err != nil {
		t.Fatal(err)
	}
	s.Close()
	refused(t, path, "tasuki did not make", "a file of its own")
}

func TestTheApplicationsOwnTablesStayBesideOurs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.db")
	s := openAt(t, path, Options{})
	if _, err := s.DB().Exec("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('ann')"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	var name string
	if err := openAt(t, path, Options{}).DB().QueryRow("SELECT name FROM users").Scan(&name); err != nil || name != "ann" {
		t.Errorf("name %q, %v", name, err)
	}
}

// mount mounts or skips the test, and unmounts when it ends.
func mount(t *testing.T, from, to, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(from, to, kind, flags, data); err != nil {
		t.Skipf("mounting %s is not permitted here: %v", kind, err)
	}
	t.Cleanup(func() { syscall.Unmount(to, syscall.MNT_DETACH) })
}

func TestAReadOnlyFileSystemIsNamed(t *testing.T) {
	dir, view := t.TempDir(), t.TempDir()
	s := openAt(t, filepath.Join(dir, "jobs.db"), Options{})
	add(t, s, 1)
	s.Close()
	mount(t, dir, view, "", syscall.MS_BIND, "")
	if err := syscall.Mount("", view, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("a read-only bind mount is not permitted here: %v", err)
	}
	refused(t, filepath.Join(view, "jobs.db"), "mounted")
	refused(t, filepath.Join(view, "new.db"), "mounted")
}

func TestAReadOnlyViewOfAStoreInUseIsRefused(t *testing.T) {
	dir, view := t.TempDir(), t.TempDir()
	s := openAt(t, filepath.Join(dir, "jobs.db"), Options{})
	add(t, s, 3)
	mount(t, dir, view, "", syscall.MS_BIND, "")
	if err := syscall.Mount("", view, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("a read-only bind mount is not permitted here: %v", err)
	}
	refused(t, filepath.Join(view, "jobs.db"), "mounted") // SQLite alone would open it and fail later
	add(t, s, 1)
}

func TestAFullDiskFailsTheCallAndWorksAgainOnceThereIsRoom(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=4m")
	path := filepath.Join(dir, "jobs.db")
	s := openAt(t, path, Options{})
	beat(t, s, "w", 1)
	kept := add(t, s, 10)
	held := claim(t, s, "w", 5)

	ballast := filepath.Join(dir, "ballast")
	fillDisk(t, ballast)
	err := enqueueUntilFull(t, s)
	if code(err) != codeFull && code(err) != codeIOErr {
		t.Fatalf("error %v (code %d), want one of a full disk", err, code(err))
	}
	if _, err := s.List(t.Context(), store.ListRequest{}); err != nil {
		t.Errorf("a full disk keeps people from looking: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.Finish)}); err != nil {
		t.Errorf("after room was made: %v", err)
	}
	for _, id := range kept[5:] {
		if page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}}); err != nil || len(page.Jobs) != 1 {
			t.Errorf("%s is lost: %v", id, err)
		}
	}
	s.Close()
	audit(t, path)
}

// fillDisk writes a file until there is no room.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

func enqueueUntilFull(t *testing.T, s *Store) error {
	t.Helper()
	args := []byte(`"` + strings.Repeat("x", 10_000) + `"`)
	for range 1000 {
		jobs := []store.Job{{ID: store.NewID(), Kind: "k", Args: args}}
		if _, err := s.Enqueue(t.Context(), jobs); err != nil {
			if page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{jobs[0].ID}}}); err != nil || len(page.Jobs) > 0 {
				t.Errorf("the job that failed is there: %v", err)
			}
			return err
		}
	}
	t.Fatal("the disk never got full")
	return nil
}

func TestAFileOnAFullDiskIsNotOpenedButExplained(t *testing.T) {
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "size=64k")
	fillDisk(t, filepath.Join(dir, "ballast"))
	refused(t, filepath.Join(dir, "jobs.db"), "disk")
}

func TestADeletedFileIsNoticedWithTheNextBeat(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	if err := os.Remove(s.file.path); err != nil {
		t.Fatal(err)
	}
	gone(t, s)
}

func TestAReplacedFileIsNoticedWithTheNextBeat(t *testing.T) {
	s, other := openTemp(t, Options{}), openTemp(t, Options{})
	beat(t, s, "w", 1)
	other.Close()
	if err := os.Rename(other.file.path, s.file.path); err != nil {
		t.Fatal(err)
	}
	gone(t, s)
}

func TestADeletedLogIsNoticedWithTheNextBeat(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	if err := os.Remove(s.file.path + "-wal"); err != nil {
		t.Fatal(err)
	}
	gone(t, s)
}

// gone asserts that the next beat says so, and that its error names the file.
func gone(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.Beat(context.Background(), store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 2}})
	if !errors.Is(err, store.ErrGone) || !strings.Contains(err.Error(), s.file.path) {
		t.Errorf("error %v, want ErrGone with the file's name", err)
	}
}

// TestADamagedFileFailsCallsAndTheProcessGoesOn overwrites all but the first page,
// as a failing disk may.
func TestADamagedFileFailsCallsAndTheProcessGoesOn(t *testing.T) {
	s := openTemp(t, Options{})
	addKind(t, s, "k", 2000)
	s.Close() // copies the log into the file
	overwrite(t, s.file.path)
	path := s.file.path
	s, err := Open(t.Context(), path, Options{})
	if err == nil {
		defer s.Close()
		_, err = s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
		_, second := s.List(t.Context(), store.ListRequest{})
		err = errors.Join(err, second)
	}
	if code(err) != codeCorrupt {
		t.Errorf("error %v (code %d), want one of a damaged file", err, code(err))
	}
}

func overwrite(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() < 100_000 {
		t.Fatalf("%d bytes, %v", info.Size(), err)
	}
	noise := []byte(strings.Repeat("noise", int(info.Size()-4096)/5))
	if _, err := f.WriteAt(noise, 4096); err != nil {
		t.Fatal(err)
	}
}
