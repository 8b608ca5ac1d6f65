package sqlite

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// addKind enqueues n jobs of a kind.
func addKind(t testing.TB, s *Store, kind string, n int) {
	t.Helper()
	for n > 0 {
		jobs := make([]store.Job, min(n, 5000))
		for i := range jobs {
			jobs[i] = store.Job{ID: store.NewID(), Kind: kind}
		}
		if _, err := s.Enqueue(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		n -= len(jobs)
	}
}

// listAll lists what a filter selects by pages, and answers how many pages too.
func listAll(t *testing.T, s *Store, f store.Filter) (jobs []store.Record, pages int) {
	t.Helper()
	for next := ""; ; {
		page, err := s.List(t.Context(), store.ListRequest{Filter: f, After: next, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		jobs, pages = append(jobs, page.Jobs...), pages+1
		if next = page.Next; next == "" {
			return jobs, pages
		}
	}
}

func TestFewAmongVeryManyAreListedAtOnce(t *testing.T) {
	s := openTemp(t, Options{})
	s.lookAt = 1000
	beat(t, s, "w", 1)
	addKind(t, s, "k", 30)
	held := claim(t, s, "w", 20)
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: append(
		outcomes(held[:5], store.Bury), append(outcomes(held[5:8], store.Cancel), later(held[8:10])...)...)}); err != nil {
		t.Fatal(err)
	}
	addKind(t, s, "crowd", 2*s.lookAt+10)
	for name, c := range map[string]struct {
		f    store.Filter
		want int
	}{
		"kind":      {store.Filter{Kinds: []string{"k"}}, 30},
		"running":   {store.Filter{States: []store.State{store.Running}}, 10},
		"worker":    {store.Filter{Worker: "w"}, 10},
		"retry":     {store.Filter{States: []store.State{store.Retry}}, 2},
		"dead":      {store.Filter{States: []store.State{store.Dead}}, 5},
		"cancelled": {store.Filter{States: []store.State{store.Cancelled}, Queues: []string{"default"}}, 3},
		"ready":     {store.Filter{States: []store.State{store.Ready}, Kinds: []string{"k"}}, 10},
	} {
		if got, pages := listAll(t, s, c.f); len(got) != c.want || pages != 1 {
			t.Errorf("%s: %d jobs on %d pages, want %d on 1", name, len(got), pages, c.want)
		}
	}
}

// later fails records so that they wait.
func later(jobs []store.Record) []store.Outcome {
	all := outcomes(jobs, store.Fail)
	for i := range all {
		all[i].Delay = time.Hour
	}
	return all
}

// TestWhatNoIndexFindsIsListedInBoundedLooks has a filter that selects more than
// are few, all of them behind more than one look sees.
func TestWhatNoIndexFindsIsListedInBoundedLooks(t *testing.T) {
	s := openTemp(t, Options{})
	s.lookAt = 1000
	addKind(t, s, "old", s.lookAt+500)
	addKind(t, s, "new", s.lookAt+500)
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{Kinds: []string{"old"}}})
	if err != nil || len(page.Jobs) != 0 || page.Next == "" {
		t.Errorf("the first page: %d jobs, next %q, %v; want an empty one that goes on", len(page.Jobs), page.Next, err)
	}
	got, _ := listAll(t, s, store.Filter{Kinds: []string{"old"}})
	seen := map[string]bool{}
	for _, j := range got {
		seen[j.ID] = true
	}
	if len(got) != s.lookAt+500 || len(seen) != len(got) {
		t.Errorf("%d jobs, %d different, want %d", len(got), len(seen), s.lookAt+500)
	}
	moved, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{Kinds: []string{"old"}}, To: store.Deleted})
	if err != nil || moved != s.lookAt+500 {
		t.Errorf("moved %d, %v; want %d", moved, err, s.lookAt+500)
	}
	if rest, _ := listAll(t, s, store.Filter{}); len(rest) != s.lookAt+500 {
		t.Errorf("%d jobs are left, want %d", len(rest), s.lookAt+500)
	}
	s.Close()
	audit(t, s.file.path)
}

func TestAClaimTakesFromMoreLanesThanOneStatementReads(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	kinds := make([]string, 3*maxArms+7)
	for i := range kinds {
		kinds[i] = fmt.Sprintf("kind-%d", i)
	}
	want := 0
	for round := range 3 {
		for _, kind := range kinds {
			if _, err := s.Enqueue(t.Context(), []store.Job{{ID: fmt.Sprintf("%s-%d", kind, round), Kind: kind, Priority: round}}); err != nil {
				t.Fatal(err)
			}
			want++
		}
	}
	req := request("w", 400)
	req.Kinds = kinds
	last, got := -1, 0
	for {
		req.Token = store.NewToken()
		r, err := s.Claim(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range r.Jobs {
			if j.Priority < last {
				t.Fatalf("%s of priority %d after one of %d", j.ID, j.Priority, last)
			}
			last = j.Priority
		}
		if got += len(r.Jobs); len(r.Jobs) == 0 {
			break
		}
	}
	if got != want {
		t.Errorf("%d jobs, want %d", got, want)
	}
}

func TestMoreThanAClaimMakesReadyAtOnceBecomesReadyInTheEnd(t *testing.T) {
	c := &clock{}
	s := openTemp(t, Options{Clock: c.now})
	beat(t, s, "w", 1)
	jobs := make([]store.Job, promoteAtOnce+300)
	for i := range jobs {
		jobs[i] = store.Job{ID: store.NewID(), Kind: "k", Delay: time.Minute - time.Duration(i/100)*time.Millisecond}
	}
	first := store.Job{ID: "first", Kind: "k", Delay: time.Millisecond}
	jobs = append(jobs, first)
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	r, err := s.Claim(t.Context(), request("w", 10))
	if err != nil || len(r.Jobs) != 0 || r.Wait != time.Millisecond {
		t.Fatalf("%d jobs, wait %v, %v; want none and a millisecond", len(r.Jobs), r.Wait, err)
	}
	c.advance(time.Minute)
	got := 0
	for {
		r, err := s.Claim(t.Context(), request("w", 500))
		if err != nil {
			t.Fatal(err)
		}
		if got == 0 && r.Jobs[0].ID != "first" {
			t.Errorf("the first is %s, due at %v; want the one that became due first", r.Jobs[0].ID, r.Jobs[0].DueAt)
		}
		if got += len(r.Jobs); got == len(jobs) {
			break
		}
		if r.Wait != 0 {
			t.Fatalf("after %d of %d: wait %v, want 0", got, len(jobs), r.Wait)
		}
	}
}

func TestTheLogStaysBounded(t *testing.T) {
	s := openTemp(t, Options{Synchronous: Normal})
	largest := int64(0)
	args := []byte(`"` + strings.Repeat("x", 500) + `"`)
	for range 45 {
		jobs := make([]store.Job, 1000)
		for i := range jobs {
			jobs[i] = store.Job{ID: store.NewID(), Kind: "k", Args: args}
		}
		if _, err := s.Enqueue(t.Context(), jobs); err != nil {
			t.Fatal(err)
		}
		if _, err := s.List(t.Context(), store.ListRequest{Limit: 10}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(s.file.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	written, err := os.Stat(s.file.path)
	if err != nil {
		t.Fatal(err)
	}
	if limit := int64(2 * logPages * 4096); largest > limit {
		t.Errorf("the log grew to %d bytes while %d were written, want %d at most", largest, written.Size(), limit)
	}
	if written.Size() < logPages*4096/2 {
		t.Errorf("only %d bytes were copied into the database: the test tests nothing", written.Size())
	}
}
