package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

func init() {
	roles["claim"] = claimAll
	roles["open"] = openOnce
}

// await waits for the line that lets all children begin at once.
func await() {
	say("waiting")
	os.Stdin.Read(make([]byte, 1))
}

// claimAll claims until there is nothing more.
func claimAll(ctx context.Context, path string) error {
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	me := fmt.Sprint("worker-", os.Getpid())
	if _, err := s.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: me, Beat: 1}}); err != nil {
		return err
	}
	await()
	for {
		r, err := s.Claim(ctx, request(me, 7))
		if err != nil || len(r.Jobs) == 0 {
			return err
		}
		for _, j := range r.Jobs {
			say("claimed", j.ID)
		}
	}
}

// openOnce opens the file, enqueues one job and goes.
func openOnce(ctx context.Context, path string) error {
	await()
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	if _, err := s.Enqueue(ctx, []store.Job{{ID: fmt.Sprint("from-", os.Getpid()), Kind: "k"}}); err != nil {
		return err
	}
	return s.Close()
}

// atOnce spawns n children in a role, lets them begin together, and waits until
// all ended well.
func atOnce(t *testing.T, n int, role, path string) []*child {
	t.Helper()
	all := make([]*child, n)
	for i := range all {
		all[i] = spawn(t, role, path)
	}
	for _, c := range all {
		c.saying("waiting")
	}
	for _, c := range all {
		c.in.Write([]byte("!"))
	}
	for _, c := range all {
		if !c.wait() {
			t.Fatalf("a process failed: %q", c.said("error"))
		}
	}
	return all
}

func TestNoJobIsClaimedByTwoProcesses(t *testing.T) {
	s := openTemp(t, Options{})
	want := add(t, s, 3000)
	got := map[string]int{}
	workers := 0
	for _, c := range atOnce(t, 4, "claim", s.file.path) {
		ids := c.said("claimed")
		for _, id := range ids {
			got[id]++
		}
		if len(ids) > 0 {
			workers++
		}
	}
	for _, id := range want {
		if got[id] != 1 {
			t.Errorf("%s was claimed %d times", id, got[id])
		}
	}
	if workers < 2 {
		t.Errorf("%d processes got jobs: the test tests nothing", workers)
	}
}

func TestEightProcessesBringOneFreshFileUpAtOnce(t *testing.T) {
	for range 3 {
		path := filepath.Join(t.TempDir(), "jobs.db")
		atOnce(t, 8, "open", path)
		s := openAt(t, path, Options{})
		page, err := s.List(t.Context(), store.ListRequest{})
		if err != nil || len(page.Jobs) != 8 {
			t.Errorf("%d jobs, %v; want those of 8 processes", len(page.Jobs), err)
		}
		var applied int
		if err := s.DB().QueryRow("SELECT count(*) FROM tasuki_schema").Scan(&applied); err != nil || applied != len(migrations) {
			t.Errorf("%d migrations noted, %v", applied, err)
		}
	}
}
