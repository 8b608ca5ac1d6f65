package sqlite

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// marked is a store with three marks, the second of which is damaged.
func marked(t *testing.T, damage string) *Store {
	t.Helper()
	s := openTemp(t, Options{})
	for _, label := range []string{"one", "two", "three"} {
		if _, err := s.Mark(t.Context(), store.Mark{Label: label, By: "ci"}); err != nil {
			t.Fatal(err)
		}
	}
	spoil(t, s, "UPDATE tasuki_marks SET "+damage+" WHERE label = 'two'")
	return s
}

func wantMarks(t *testing.T, s *Store, limit int, want string) {
	t.Helper()
	marks, err := s.Marks(t.Context(), limit)
	var got []string
	for _, m := range marks {
		got = append(got, m.Label)
	}
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("marks %v, %v; want %s", got, err, want)
	}
	if _, err := json.Marshal(marks); err != nil {
		t.Error(err)
	}
}

func TestMarksThatCannotBeReadAreLeftOut(t *testing.T) {
	for _, damage := range []string{
		"at = 'now'", "at = 9223372036854775807", "at = -9223372036854775808", "at = x'ff'", "label = x'ff'", "label = ''",
		"label = CAST(x'ff' AS TEXT)", "label = char(27)", "by = x'ff'", "by = char(10)",
	} {
		s := marked(t, damage)
		wantMarks(t, s, 0, "[three one]")
		s.Close()
	}
}

func TestMarksThatCannotBeReadTakeNoPlaceInAPage(t *testing.T) {
	s := marked(t, "at = 'now'")
	wantMarks(t, s, 2, "[three one]")
	wantMarks(t, s, 1, "[three]")
}

func TestAMarkFarAheadOfTheOthersTakesNoneWithIt(t *testing.T) {
	s := marked(t, "n = 9223372036854775807")
	if _, err := s.Mark(t.Context(), store.Mark{Label: "four"}); err != nil {
		t.Fatal(err)
	}
	wantMarks(t, s, 0, "[four three one]")
}
