package sqlite

import (
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func TestIDsAreKeptAsTheyWereGiven(t *testing.T) {
	uuid := store.NewID()
	ids := []string{
		uuid, strings.ToUpper(uuid), strings.ReplaceAll(uuid, "-", ""), uuid[:35], "x" + uuid[1:35] + "g", "sixteen-bytes-id",
		"1", "~", strings.Repeat("a", store.MaxID), "00000000-0000-0000-0000-000000000000", uuid[:8] + "_" + uuid[9:],
	}
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	for _, id := range ids {
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}}); err != nil {
			t.Fatal(err)
		}
	}
	var claimed, listed []string
	jobs := claim(t, s, "w", 100)
	for _, j := range jobs {
		claimed = append(claimed, j.ID)
	}
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: ids}})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range slices.Backward(page.Jobs) {
		listed = append(listed, j.ID)
	}
	if !slices.Equal(claimed, ids) || !slices.Equal(listed, ids) {
		t.Errorf("claimed %q\nlisted %q\nwant %q", claimed, listed, ids)
	}
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(jobs, store.Finish)}); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		got, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k"}})
		if err != nil || got[0].What != store.Known {
			t.Errorf("%s after its end: %v, %v; want it known", id, got, err)
		}
	}
}

func TestListsOfIDsThatLeftAreCutWhereAsked(t *testing.T) {
	ids := []string{store.NewID(), "a", strings.Repeat("z", store.MaxID), store.NewID()}
	var list []byte
	for _, id := range ids {
		list = appendGone(list, id)
	}
	for n := range len(ids) + 2 {
		first, rest := cutGone(list, n)
		then, none := cutGone(rest, len(ids))
		if len(first) != min(n, len(ids)) || len(none) != 0 || !slices.Equal(slices.Concat(first, then), ids) {
			t.Errorf("cut at %d: %q and %q", n, first, then)
		}
	}
}
