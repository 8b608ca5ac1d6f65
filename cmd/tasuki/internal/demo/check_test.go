package demo

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

// checked is a tree whose manifest is right until a test spoils it.
type checked struct {
	*testing.T
	tree
	plan     *plan
	manifest manifest
}

func newChecked(t *testing.T) *checked {
	t.Helper()
	tr := grow(t, "a", "b/c", "b/d", "e")
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"), storeOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	c := &checked{T: t, tree: tr, manifest: manifest{st.DB()}}
	if c.plan, err = makePlan(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	if err := c.manifest.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range c.plan.entries {
		c.write(e.place)
	}
	return c
}

// write hashes a file into the manifest as a worker does.
func (c *checked) write(p place) {
	c.Helper()
	r := read(c.Context(), c.path(p))
	r.place = p
	tx, err := c.manifest.db.BeginTx(c.Context(), nil)
	if err != nil {
		c.Fatal(err)
	}
	if err := r.add(c.Context(), tx); err != nil {
		c.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		c.Fatal(err)
	}
}

// spoil runs a statement on the manifest.
func (c *checked) spoil(statement string, args ...any) {
	c.Helper()
	if _, err := c.manifest.db.ExecContext(c.Context(), statement, args...); err != nil {
		c.Fatal(err)
	}
}

// want checks, and compares the figures and the notes.
func (c *checked) want(v verdict, note string) {
	c.Helper()
	got, err := c.plan.check(c.Context(), c.manifest, func(int64) error { return nil })
	if err != nil {
		c.Fatal(err)
	}
	var notes []string
	for figure, texts := range got.notes {
		for _, text := range texts {
			notes = append(notes, figure+": "+text)
		}
	}
	if all := strings.Join(notes, "\n"); !strings.Contains(all, note) || note == "" && all != "" {
		c.Errorf("notes are %q, want %q", all, note)
	}
	got.notes = nil
	if got.once != v.once || got.lost != v.lost || got.doubled != v.doubled || got.skipped != v.skipped || got.changed != v.changed {
		c.Errorf("the verdict is %+v, want %+v", *got, v)
	}
}

func TestARightManifestHasEveryFileOnce(t *testing.T) {
	newChecked(t).want(verdict{once: 4}, "")
}

func TestAFileThatIsNotInTheManifestIsLost(t *testing.T) {
	c := newChecked(t)
	c.spoil(`DELETE FROM demo_manifest WHERE path = ?`, []byte("b/c"))
	c.want(verdict{once: 3, lost: 1}, "lost: b/c: it is not in the manifest")
}

func TestAFileThatIsTwiceInTheManifestIsDoubled(t *testing.T) {
	c := newChecked(t)
	c.write("a")
	c.write("a")
	c.want(verdict{once: 3, doubled: 2}, "doubled: a: it is 3 times in the manifest")
}

func TestAWrongHashOfAFileThatDidNotChangeIsALoss(t *testing.T) {
	c := newChecked(t)
	c.spoil(`UPDATE demo_manifest SET sha = ? WHERE path = ?`, bytes.Repeat([]byte{1}, 32), []byte("e"))
	c.want(verdict{once: 3, lost: 1}, "lost: e: the manifest has another hash")
}

func TestAFileThatWasWrittenToIsChangedAndNotLost(t *testing.T) {
	c := newChecked(t)
	rewrite(t, c.path("e"))
	c.want(verdict{once: 3, changed: 1}, "changed: e: it was written to meanwhile")
}

func TestAFileThatVanishedAfterItWasHashedIsChanged(t *testing.T) {
	c := newChecked(t)
	os.Remove(c.path("e"))
	c.want(verdict{once: 3, changed: 1}, "changed: e: it could be read only some of the time: it is gone")
}

func TestAFileThatVanishedBeforeItWasHashedIsChanged(t *testing.T) {
	c := newChecked(t)
	c.spoil(`DELETE FROM demo_manifest WHERE path = ?`, []byte("e"))
	os.Remove(c.path("e"))
	c.want(verdict{once: 3, changed: 1}, "changed: e: it changed before it could be hashed")
}

func TestAFileThatCameMeanwhileIsChangedAndCountsWhenDoubled(t *testing.T) {
	c := newChecked(t)
	os.WriteFile(c.path("new"), []byte("new"), 0o644)
	c.write("new")
	c.want(verdict{once: 4, changed: 1}, "changed: new: it came meanwhile")
	c.write("new")
	c.want(verdict{once: 4, changed: 1, doubled: 1}, "doubled: new: it is 2 times")
}

func TestAFileThatCannotBeReadIsSkippedWithItsReason(t *testing.T) {
	c := newChecked(t)
	// Root may read everything, so a directory stands for what cannot be read.
	os.Remove(c.path("e"))
	os.Mkdir(c.path("e"), 0o755)
	c.spoil(`DELETE FROM demo_manifest WHERE path = ?`, []byte("e"))
	c.write("e")
	c.want(verdict{once: 3, skipped: 1}, "skipped: e: is a directory")
}

func TestTheCheckEndsWithItsContext(t *testing.T) {
	c := newChecked(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(sql.ErrConnDone)
	if v, err := c.plan.check(ctx, c.manifest, func(int64) error { return nil }); err == nil {
		t.Errorf("a check that was broken off found %+v", v)
	}
}

// rewrite changes a file's content and makes sure that its time tells.
func rewrite(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
}
