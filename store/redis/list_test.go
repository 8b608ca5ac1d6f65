package redis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// many are n jobs, half of them scheduled; two of fifty are rare.
func many(n int) []store.Job {
	var jobs []store.Job
	for i := range n {
		j := store.Job{ID: fmt.Sprint(i), Kind: "mail", Delay: time.Duration(i%2) * time.Hour}
		if i%50 < 2 {
			j.Kind = "rare"
		}
		jobs = append(jobs, j)
	}
	return jobs
}

func TestPagesOfFewAmongManyHaveEachOnce(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	jobs := many(2400)
	enqueue(t, s, jobs...)
	seen, pages := map[string]int{}, 0
	for after := ""; pages == 0 || after != ""; pages++ {
		page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{Kinds: []string{"rare"}}, After: after, Limit: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Jobs {
			seen[r.ID]++
		}
		after = page.Next
	}
	for i := range jobs {
		if want := map[string]int{"rare": 1}[jobs[i].Kind]; seen[jobs[i].ID] != want {
			t.Errorf("job %d was listed %d times, want %d", i, seen[jobs[i].ID], want)
		}
	}
	if pages > 20 {
		t.Errorf("%d pages for 96 jobs", pages)
	}
}

func TestToFindOneJobManyAreReadAtOnce(t *testing.T) {
	db := redistest.Own(t, redistest.Options{}).DB(t)
	s := open(t, db)
	enqueue(t, s, many(1000)...)
	m := db.Server.Monitor(t)
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{"0"}}, Limit: 1})
	if err != nil || len(page.Jobs) != 1 || page.Jobs[0].ID != "0" {
		t.Fatalf("%+v, %v", page, err)
	}
	all, err := m.Commands(t.Context())
	if err != nil || len(all) > 30 {
		t.Errorf("%d commands, %v", len(all), err)
	}
}

func TestATextThatIsNoJobHasAnIDByWhichItIsDeleted(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	enqueue(t, s, store.Job{ID: "a", Kind: "mail"})
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", "{not json")
	redistest.Ask[int64](t, db, "ZADD", "dead", "1795288185.5", "no json either")
	for _, state := range []store.State{store.Ready, store.Dead} {
		page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{States: []store.State{state}}})
		if err != nil || len(page.Jobs) == 0 || page.Jobs[0].ID == "" {
			t.Fatalf("%s: %+v, %v", state, page.Jobs, err)
		}
		n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{page.Jobs[0].ID}}, To: store.Deleted})
		if n != 1 || err != nil {
			t.Errorf("%s: %d were deleted, %v", state, n, err)
		}
	}
	if n := redistest.Ask[int64](t, db, "LLEN", "queue:default"); n != 1 {
		t.Errorf("%d wait, want the one that is a job", n)
	}
}

func TestWhatEndedLastIsListedFirst(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	enqueue(t, s, store.Job{ID: "a", Kind: "mail"}, store.Job{ID: "b", Kind: "mail"}, store.Job{ID: "c", Kind: "mail"})
	for _, id := range []string{"b", "c", "a"} {
		if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{id}}, To: store.Dead}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	listed := ""
	for after := "first"; after != ""; {
		page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{States: []store.State{store.Dead}}, After: strings.TrimPrefix(after, "first"), Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Jobs {
			listed += r.ID
		}
		after = page.Next
	}
	if listed != "acb" {
		t.Errorf("listed %s, want acb", listed)
	}
}
