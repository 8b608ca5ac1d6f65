package redis

import (
	"fmt"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestAClaimThatARightCutsShortTakesNothing: whatever of what it does is refused, the jobs
// are where they were, or claimed, and each once.
func TestAClaimThatARightCutsShortTakesNothing(t *testing.T) {
	server := redistest.Own(t, redistest.Options{Users: []string{"worker on >secret " + rights}})
	for _, command := range []string{"ltrim", "hset", "lrem", "lpos", "lrange", "hexists", "llen", "exists"} {
		for _, mixed := range []bool{false, true} {
			t.Run(fmt.Sprint(command, " mixed ", mixed), func(t *testing.T) {
				db := server.DB(t)
				s, err := Open(t.Context(), fmt.Sprintf("redis://worker:secret@%s/%d", server.Addr(), db.Number), Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				w := worker(t, s)
				if mixed {
					redistest.Ask[int64](t, db, "LPUSH", "queue:default", `{"class":"RubyJob","args":[],"jid":"r"}`)
					w.from(1, store.QueueWant{Name: "default"})
				}
				enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"}, store.Job{ID: "b", Kind: "GoJob"})
				want := redistest.Ask[int64](t, db, "LLEN", "queue:default")
				set := func(rule string) {
					if _, err := server.Exec(t.Context(), "ACL", "SETUSER", "worker", rule); err != nil {
						t.Fatal(err)
					}
				}
				set("-" + command)
				_, err = s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 2, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"GoJob"}})
				set("+" + command)
				waiting, claimed := redistest.Ask[int64](t, db, "LLEN", "queue:default"), redistest.Ask[int64](t, db, "HLEN", "tasuki:claims:"+w.name)
				if waiting+claimed != want {
					t.Errorf("%d wait and %d are claimed of %d, %v", waiting, claimed, want, err)
				}
			})
		}
	}
}

// TestJobsAreClaimedThoughThoseThatBecameDueCannotBeMoved.
func TestJobsAreClaimedThoughThoseThatBecameDueCannotBeMoved(t *testing.T) {
	server := redistest.Own(t, redistest.Options{Users: []string{"worker on >secret " + rights}})
	db := server.DB(t)
	s, err := Open(t.Context(), fmt.Sprintf("redis://worker:secret@%s/%d", server.Addr(), db.Number), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	redistest.Ask[int64](t, db, "ZADD", "schedule", "1", `{"class":"GoJob","args":[],"jid":"b"}`)
	if _, err := server.Exec(t.Context(), "ACL", "SETUSER", "worker", "-type"); err != nil {
		t.Fatal(err)
	}
	if got := w.from(1, store.QueueWant{Name: "default"}); got != "default" {
		t.Errorf("claimed from %q", got)
	}
	if _, err := s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Queues: []store.QueueWant{{Name: "default"}}, Kinds: []string{"GoJob"}}); err == nil {
		t.Error("nobody is told of what cannot be moved")
	}
}
