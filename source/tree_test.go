package source_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tasuki-jobs/tasuki/source"
)

type treeSource = source.Of[source.Path, source.Found]

// planted is a directory with these files.
func planted(t testing.TB, files ...string) string {
	t.Helper()
	root := t.TempDir()
	plant(t, root, files...)
	return root
}

func plant(t testing.TB, root string, files ...string) {
	t.Helper()
	for _, f := range files {
		path := filepath.Join(root, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		rewrite(t, path, f)
	}
}

// paths are the files of a tree behind a cursor.
func paths(t *testing.T, tree source.Tree, after source.Path) (all []string) {
	t.Helper()
	for f, err := range source.Files(tree).After(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(f.At))
	}
	return all
}

func wantPaths(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

var forest = []string{"a/b/c", "a/b.txt", "a/z", "a.txt", "b/1", "b/2", "b/deep/er/x", "b!", "c", "q\xffz/é", "q\xffz/f\xfe"}

func TestFilesAreResumedBehindAnyFile(t *testing.T) {
	root := planted(t, forest...)
	for _, all := range []bool{false, true} {
		want := len(forest)
		if all {
			want += 6
		}
		resumes(t, func() treeSource { return source.Files(source.Tree{Root: root, All: all}) }, want)
	}
}

func TestFilesComeInTheOrderOfTheirNamesAndADirectoryBeforeWhatIsInIt(t *testing.T) {
	wantPaths(t, paths(t, source.Tree{Root: planted(t, "a/b", "a.txt", "a!", "B"), All: true}, ""),
		"B", "a", "a/b", "a!", "a.txt")
}

func TestPathsCompareNameByName(t *testing.T) {
	compare := source.Files(source.Tree{}).Compare
	ordered := []source.Path{"a", "a/b", "a/b/c", "a/c", "a!", "a.txt", "b"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := compare(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s compare as %d", a, b, got)
			}
		}
	}
}

func TestAFoundFileCanBeOpenedByItsPath(t *testing.T) {
	root := planted(t, "x/y")
	for f, err := range source.Files(source.Tree{Root: root}).After(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(f.Value.Path); string(b) != "x/y" || err != nil {
			t.Errorf("%s holds %q, %v", f.Value.Path, b, err)
		}
	}
}

func TestTheFilesOfAnFSAreResumed(t *testing.T) {
	fsys := fstest.MapFS{"r/a/1": {}, "r/a/2": {}, "r/b": {}, "s/c": {}}
	wantPaths(t, paths(t, source.Tree{FS: fsys, Root: "r"}, ""), "a/1", "a/2", "b")
	resumes(t, func() treeSource { return source.Files(source.Tree{FS: fsys}) }, 4)
}

func TestMatchChoosesFilesAndNotDirectories(t *testing.T) {
	tree := source.Tree{Root: planted(t, "x.csv", "in/y.csv", "in/z.txt"), Match: "*.csv"}
	wantPaths(t, paths(t, tree, ""), "in/y.csv", "x.csv")
	tree.Match = "[a"
	fails(t, source.Files(tree), "", "Tree.Match", "[a")
}

func TestSymbolicLinksAreNotFollowed(t *testing.T) {
	root := planted(t, "a/x")
	for link, to := range map[string]string{"loop": ".", "a/up": "..", "file": "a/x", "gone": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	wantPaths(t, paths(t, source.Tree{Root: root}, ""), "a/x")
	wantPaths(t, paths(t, source.Tree{Root: root, All: true}, ""), "a", "a/up", "a/x", "file", "gone", "loop")
	wantPaths(t, paths(t, source.Tree{Root: filepath.Join(root, "loop")}, ""), "a/x")
}

// An fs that notes what is listed and cannot list some of it.
type watched struct {
	fs.FS
	listed []string
	denied string
}

func (w *watched) Open(name string) (fs.File, error) {
	w.listed = append(w.listed, name)
	if name == w.denied {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return w.FS.Open(name)
}

func TestResumingListsOnlyTheDirectoriesOnTheCursorsPath(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 20 {
		for j := range 20 {
			fsys[fmt.Sprintf("%02d/%02d/f", i, j)] = &fstest.MapFile{}
		}
	}
	w := &watched{FS: fsys}
	if _, last := taken(t, source.Files(source.Tree{FS: w}), `"19/18/f"`, 1); last != `"19/19/f"` {
		t.Fatalf("next is %s", last)
	}
	if got := strings.Join(w.listed, " "); got != ". 19 19/18 19/19" {
		t.Errorf("listed %s", got)
	}
}

func TestADirectoryThatCannotBeReadIsAnErrorWithItsPath(t *testing.T) {
	w := &watched{FS: fstest.MapFS{"a/1": {}, "b/secret/2": {}, "c": {}}, denied: "b/secret"}
	seen, cursor, err := take(t.Context(), source.Files(source.Tree{FS: w}), "", -1)
	if len(seen) != 1 || cursor != `"a/1"` || !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "list b/secret") {
		t.Errorf("%v to %s, error %v", seen, cursor, err)
	}
}

func TestAMissingRootIsAnError(t *testing.T) {
	fails(t, source.Files(source.Tree{Root: filepath.Join(t.TempDir(), "none")}), "", "none", "no such file")
	fails(t, source.Files(source.Tree{Root: written(t, "x")}), "", "list ")
	fails(t, source.Files(source.Tree{}), "", "Tree.Root")
}

func TestFilesAddedBehindTheCursorAreDoneAndThoseBeforeItAreNot(t *testing.T) {
	root := planted(t, "b/2", "b/4", "c/1")
	plant(t, root, "a/new", "b/1", "b/3", "d")
	wantPaths(t, paths(t, source.Tree{Root: root}, "b/2"), "b/3", "b/4", "c/1", "d")
}

func TestTheCursorsFileOrDirectoryMayBeGone(t *testing.T) {
	root := planted(t, "a/1", "b/1", "b/3", "c/1")
	wantPaths(t, paths(t, source.Tree{Root: root}, "b/2"), "b/3", "c/1")
	if err := os.RemoveAll(filepath.Join(root, "b")); err != nil {
		t.Fatal(err)
	}
	wantPaths(t, paths(t, source.Tree{Root: root}, "b/2"), "c/1")
	plant(t, root, "b") // a file now
	wantPaths(t, paths(t, source.Tree{Root: root}, "b/2"), "c/1")
}

func TestAFileThatBecameADirectoryIsEntered(t *testing.T) {
	wantPaths(t, paths(t, source.Tree{Root: planted(t, "a/1", "b")}, "a"), "a/1", "b")
}

func TestADirectoryDeletedMeanwhileIsPassedOver(t *testing.T) {
	root := planted(t, "a", "b/1", "c")
	var got []string
	for f, err := range source.Files(source.Tree{Root: root}).After(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if f.At == "a" {
			os.RemoveAll(filepath.Join(root, "b"))
		}
		got = append(got, string(f.At))
	}
	wantPaths(t, got, "a", "c")
}

func TestAHugeDirectoryIsResumed(t *testing.T) {
	root := t.TempDir()
	const n = 5000
	for i := range n {
		if err := os.WriteFile(filepath.Join(root, fmt.Sprintf("%06d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := paths(t, source.Tree{Root: root}, "003999")
	if len(got) != 1000 || got[0] != "004000" || got[999] != "004999" {
		t.Errorf("%d files", len(got))
	}
}

func TestACursorThatIsNoPathDoesNotDecode(t *testing.T) {
	for _, cursor := range []string{"7", `{"bytes":"AA=="}`, "[]", "true"} {
		if _, _, err := take(t.Context(), source.Files(source.Tree{Root: t.TempDir()}), cursor, -1); err == nil {
			t.Errorf("cursor %s is taken", cursor)
		}
	}
}
