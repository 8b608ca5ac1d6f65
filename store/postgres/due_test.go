package postgres

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// TestAClaimAnswersJobsHoweverManyBecameDue, more than it makes ready at once, and while
// others become due all the time.
func TestAClaimAnswersJobsHoweverManyBecameDue(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "seed")
	g.exec(t, `INSERT INTO tasuki.jobs (seq, ord, created, lane, priority, state, trail, id)
	  SELECT n, 1000000+n, 1, (SELECT lane FROM tasuki.lanes LIMIT 1), 0, 4, 0, 'id-' || n FROM generate_series(1, 10000) n`)
	for n := range 5 {
		if got := claim(t, s, "w", 100); len(got) != 100 {
			t.Errorf("claim %d of a backlog of 10,000 answers %d jobs, want 100", n, len(got))
		}
	}
}

func TestASuspectThatComesMeanwhileCostsAClaimNoJob(t *testing.T) {
	s, g := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "b", "z")
	g.exec(t, `CREATE FUNCTION tasuki.sus() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	   UPDATE tasuki.jobs SET state = 5, more = '{"deaths":1}', worker = NULL, token = NULL WHERE id = 'z' AND state = 4; RETURN NULL; END $$;
	   UPDATE tasuki.jobs SET state = 4, ord = ord + 3600000000 WHERE id = 'z';
	   CREATE TRIGGER sus AFTER UPDATE ON tasuki.jobs FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tasuki.sus()`)
	defer g.exec(t, "DROP FUNCTION tasuki.sus CASCADE")
	markBehind(t, s, "b")
	got := map[string]bool{}
	for _, j := range claim(t, s, "w", 3) {
		got[j.ID] = true
	}
	for id, state := range states(t, s) {
		if state == store.Running && !got[id] {
			t.Errorf("%s was claimed and is not answered", id)
		}
	}
}

// markBehind lets claims begin to read at a job.
func markBehind(t *testing.T, s *Store, id string) {
	t.Helper()
	at := map[int64]place{}
	err := s.once(t.Context(), "look", &call{query: query{"look", "SELECT lane, ord, seq FROM tasuki.jobs WHERE id = $1"}, args: []any{id}, row: func(r scanner) error {
		var lane, ord, seq int64
		err := r.Scan(&lane, &ord, &seq)
		at[lane] = place{0, ord, seq}
		return err
	}})
	if err != nil || len(at) != 1 {
		t.Fatal(at, err)
	}
	s.marks.mu.Lock()
	defer s.marks.mu.Unlock()
	s.marks.at, s.marks.until = at, time.Now().Add(time.Hour)
}

func TestAClaimBehindItsMarksSaysThatThereMayBeMore(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a", "b", "c")
	markBehind(t, s, "c")
	r, err := s.Claim(t.Context(), request("w", 1))
	if err != nil || len(r.Jobs) != 1 || r.Wait != 0 {
		t.Errorf("it answers %d jobs and a wait of %v, %v, while two are ready in front", len(r.Jobs), r.Wait, err)
	}
}

func TestNoNumberInAClaimIsTooMuch(t *testing.T) {
	s, _ := openTemp(t, Options{})
	beat(t, s, "w", 1)
	addNamed(t, s, "a")
	huge := int(^uint(0) >> 1)
	c := request("w", huge)
	c.Suspects, c.Queues[0].Share = huge, huge
	r, err := s.Claim(t.Context(), c)
	if err != nil || len(r.Jobs) != 1 {
		t.Errorf("it answers %d jobs, %v", len(r.Jobs), err)
	}
}
