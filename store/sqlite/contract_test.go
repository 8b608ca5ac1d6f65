package sqlite

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.Harness{New: subject, Fresh: fresh})
}

// A clock stands still until it is moved ahead.
type clock struct{ ahead atomic.Int64 }

var clockStart = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time          { return clockStart.Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// subject is a store on a file of its own.
func subject(t *testing.T) storetest.Subject {
	c := &clock{}
	path := filepath.Join(t.TempDir(), "jobs.db")
	s := openFor(t, path, c)
	return storetest.Subject{
		Store:     s,
		Advance:   c.advance,
		Reopen:    func(t *testing.T) store.Store { return openFor(t, s.file.path, c) },
		Snapshot:  func(t *testing.T) func() store.Store { return snapshotOf(t, &s, c) },
		SetFormat: func(t *testing.T, id string, format int) { setFormat(t, s, id, format) },
	}
}

func openFor(t *testing.T, path string, c *clock) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{Clock: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		audit(t, path)
	})
	return s
}

// snapshotOf copies the database of the handle in use as it stands. Each way
// back is a copy of it, opened, and then the handle in use.
func snapshotOf(t *testing.T, s **Store, c *clock) func() store.Store {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.db")
	if _, err := (*s).DB().Exec("VACUUM INTO ?", taken); err != nil {
		t.Fatal(err)
	}
	n := 0
	return func() store.Store {
		n++
		back := filepath.Join(dir, fmt.Sprintf("back%d.db", n))
		copyFile(t, taken, back)
		*s = openFor(t, back, c)
		return *s
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// setFormat puts a ready job into a lane of a newer format.
func setFormat(t *testing.T, s *Store, id string, format int) {
	t.Helper()
	for _, sql := range []string{
		`INSERT OR IGNORE INTO tasuki_lanes (queue, kind, format)
			SELECT queue, kind, ?2 FROM tasuki_lanes JOIN tasuki_jobs USING (lane) WHERE id = ?1`,
		`UPDATE tasuki_jobs SET lane = (SELECT n.lane FROM tasuki_lanes n JOIN tasuki_lanes o
			ON n.queue = o.queue AND n.kind = o.kind WHERE o.lane = tasuki_jobs.lane AND n.format = ?2) WHERE id = ?1`,
		`UPDATE tasuki_ready SET lane = (SELECT lane FROM tasuki_jobs WHERE id = ?1)
			WHERE seq = (SELECT seq FROM tasuki_jobs WHERE id = ?1)`,
	} {
		if _, err := s.DB().Exec(sql, packID(id), format); err != nil {
			t.Fatal(err)
		}
	}
}

func fresh(t *testing.T) func() (store.Store, error) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	return func() (store.Store, error) {
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { s.Close() })
		return s, nil
	}
}
