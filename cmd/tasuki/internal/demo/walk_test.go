package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// grow makes files in a new directory; a name that ends in / is a directory.
func grow(t *testing.T, names ...string) tree {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if name[len(name)-1] == '/' {
			os.MkdirAll(path, 0o755)
			continue
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return tree{root: root}
}

func walked(t *testing.T, tr tree, behind, until place) []place {
	t.Helper()
	var places []place
	for e, err := range tr.after(t.Context(), behind, until) {
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, e.place)
	}
	return places
}

var grown = []string{"a/b/c", "a/b/d", "a/b-c", "a-b", "a.b/x", "aa", "b/", "c/\xff\xfe", "c/ü", "z"}

func TestAWalkGoesOnBehindAnyPlace(t *testing.T) {
	tr := grow(t, grown...)
	all := walked(t, tr, "", "")
	if len(all) != 9 {
		t.Fatalf("walked %q", all)
	}
	for i, p := range all {
		if got := walked(t, tr, p, ""); !slices.Equal(got, all[i+1:]) {
			t.Errorf("behind %q came %q, want %q", p, got, all[i+1:])
		}
		if got := walked(t, tr, "", p); !slices.Equal(got, all[:i+1]) {
			t.Errorf("until %q came %q, want %q", p, got, all[:i+1])
		}
	}
}

func TestAWalkGoesOnBehindAPlaceThatIsGone(t *testing.T) {
	tr := grow(t, grown...)
	all := walked(t, tr, "", "")
	for i, p := range all {
		if err := os.RemoveAll(tr.path(p)); err != nil {
			t.Fatal(err)
		}
		if got := walked(t, tr, p, ""); !slices.Equal(got, all[i+1:]) {
			t.Errorf("behind %q, removed, came %q, want %q", p, got, all[i+1:])
		}
	}
}

func TestAWalkFollowsNoLinksAndLeavesTheDemosOwnDirectoryOut(t *testing.T) {
	tr := grow(t, "a", "dir/b", "own/db")
	if err := os.Symlink("dir", filepath.Join(tr.root, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("a", filepath.Join(tr.root, "alias")); err != nil {
		t.Fatal(err)
	}
	tr.skip = filepath.Join(tr.root, "own")
	if got, want := walked(t, tr, "", ""), []place{"a", "dir/b"}; !slices.Equal(got, want) {
		t.Errorf("walked %q, want %q", got, want)
	}
}

func TestAWalkEndsWithAnErrorWhenItsContextDoes(t *testing.T) {
	tr := grow(t, grown...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range tr.after(ctx, "", "") {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("the walk ended with %v: it looks as if it had come to the end", last)
	}
}

func TestTheHalvesOfAPlanAreTheWholeAndDoNotOverlap(t *testing.T) {
	for n := range len(grown) + 1 {
		p, err := makePlan(t.Context(), grow(t, grown[:n]...))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []place
		for _, e := range p.entries {
			want = append(want, e.place)
		}
		for _, h := range p.halves() {
			for e, err := range files(h).After(t.Context(), "") {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.place)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the halves have %q, want %q", got, want)
		}
	}
}
