package demo

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestAPlaceKeepsEveryByteInJSON(t *testing.T) {
	for _, p := range []place{"", "a/b", "ä", "new\nline", `quo"te`, "a\xff\xfe/b", "{", "\x00"} {
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%q: %v", p, err)
		}
		var back place
		if err := json.Unmarshal(raw, &back); err != nil || back != p {
			t.Errorf("%q became %s and came back as %q, %v", p, raw, back, err)
		}
	}
}

func TestPlacesAreOrderedNameByName(t *testing.T) {
	want := []place{"a", "a/b", "a/b/c", "a/b-c", "a-b", "a.b", "aa"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, place.compare)
	if !slices.Equal(got, want) {
		t.Errorf("sorted %q, want %q", got, want)
	}
}
