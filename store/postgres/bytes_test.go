package postgres

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// big enqueues jobs into queues by the first letter of their ids, and lets each have so
// many bytes, of which as many as says cursor are its cursor.
func big(t *testing.T, s *Store, g *ground, bytes, cursor int, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if _, err := s.Enqueue(t.Context(), []store.Job{{ID: id, Kind: "k", Queue: id[:1]}}); err != nil {
			t.Fatal(err)
		}
	}
	g.exec(t, "UPDATE tasuki.jobs SET args = repeat('1', $1), cursor = CASE WHEN $2 > 0 THEN repeat('1', $2) END", bytes-cursor, cursor)
}

// claimed are the ids that each of several claims answers.
func claimed(t *testing.T, s *Store, req store.ClaimRequest, times int) string {
	t.Helper()
	var list []string
	for i := range times {
		req.Token = store.NewToken()
		r, err := s.Claim(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, j := range r.Jobs {
			ids = append(ids, j.ID)
		}
		if last := i == times-1; r.Wait == 0 && last || r.Wait != 0 && !last {
			t.Errorf("claim %d of %d: Wait is %v", i+1, times, r.Wait)
		}
		list = append(list, strings.Join(ids, " "))
	}
	return strings.Join(list, ", ")
}

// TestAClaimOfBigJobsAnswersABoundedNumberOfBytes, and takes no more than it answers:
// what is left is claimed next, in order.
func TestAClaimOfBigJobsAnswersABoundedNumberOfBytes(t *testing.T) {
	const jobs, each = 20, 16 << 20
	for name, state := range map[string]string{"ready": "2", "suspects": "5"} {
		t.Run(name, func(t *testing.T) {
			s, g := openTemp(t, Options{MaxPayload: each})
			beat(t, s, "w", 1)
			var ids []string
			for i := range jobs {
				ids = append(ids, fmt.Sprintf("q%02d", i))
			}
			big(t, s, g, each, 0, ids...)
			g.exec(t, "UPDATE tasuki.jobs SET state = "+state)
			req := request("w", 100)
			req.Queues[0].Name = "q"
			for i, id := range ids {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				r, err := s.Claim(t.Context(), req)
				runtime.ReadMemStats(&after)
				if err != nil || len(r.Jobs) != 1 || r.Jobs[0].ID != id || len(r.Jobs[0].Args) != each || (r.Wait == 0) != (i < jobs-1) {
					t.Fatalf("claimed %d jobs, %v; want %s alone, and more at once", len(r.Jobs), err, id)
				}
				if took := after.TotalAlloc - before.TotalAlloc; took > 5*each {
					t.Errorf("a claim took %d MB", took>>20)
				}
				if got := g.ask(t, "SELECT count(*)::text FROM tasuki.jobs WHERE state = 3"); got != fmt.Sprint(i+1) {
					t.Errorf("%s jobs run, want %d", got, i+1)
				}
			}
			if got := claim(t, s, "w", 100); len(got) != 0 {
				t.Errorf("claimed %d more", len(got))
			}
		})
	}
}

// TestAClaimThatIsCutKeepsTheOrderOfItsQueues, and their shares; cursors are bytes too.
func TestAClaimThatIsCutKeepsTheOrderOfItsQueues(t *testing.T) {
	const each = claimBytes/2 + 1
	for name, c := range map[string]struct {
		first, second int // shares
		cursor        int
		want          string
	}{
		"strict":  {0, 0, 0, "b1 b2, b3 a1, a2 a3"},
		"shares":  {1, 1, 0, "b1 a1, b2 a2, b3 a3"},
		"cursors": {2, 1, each - 1, "b1 b2, b3 a1, a2 a3"},
	} {
		for state, n := range map[string]string{"ready": "2", "suspects": "5"} {
			t.Run(name+" "+state, func(t *testing.T) {
				s, g := openTemp(t, Options{})
				beat(t, s, "w", 1)
				big(t, s, g, each, c.cursor, "a1", "a2", "a3", "b1", "b2", "b3")
				g.exec(t, "UPDATE tasuki.jobs SET state = "+n)
				req := request("w", 100)
				req.Queues = []store.QueueWant{{Name: "b", Share: c.first}, {Name: "a", Share: c.second}}
				if got := claimed(t, s, req, 3); got != c.want {
					t.Errorf("claimed %s; want %s", got, c.want)
				}
			})
		}
	}
}

// TestAClaimBehindMarksThatIsCutDoesNotReadEverything: it found enough.
func TestAClaimBehindMarksThatIsCutDoesNotReadEverything(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 1)
	slowly(t, s, request("w", 1))
	addNamed(t, s, "b1", "b2", "b3")
	g.exec(t, "UPDATE tasuki.jobs SET args = repeat('1', $1) WHERE id LIKE 'b_'", claimBytes)
	if got := claim(t, s, "w", 9); len(got) != 1 || got[0].ID != "b1" {
		t.Errorf("claimed %d", len(got))
	}
	if s.marks.at == nil {
		t.Error("the marks were given up")
	}
}

// TestSmallJobsAreNotCut: all that were asked for come in one claim.
func TestSmallJobsAreNotCut(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 100)
	g.exec(t, "UPDATE tasuki.jobs SET args = repeat('1', $1)", claimBytes/100)
	if got := claim(t, s, "w", 100); len(got) != 100 {
		t.Errorf("claimed %d, want all", len(got))
	}
}
