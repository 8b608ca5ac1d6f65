package sqlite

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// unfit are ways to make tasuki_ready and the jobs say different things, and in which
// order a, b and c are claimed then: the job's row is what holds.
var unfit = map[string]string{
	"INSERT INTO tasuki_ready VALUES (1, -1, 0, 77)":                                        "a b c", // no such job
	"INSERT INTO tasuki_ready VALUES (1, 9, 9, 'x')":                                        "a b c",
	"INSERT INTO tasuki_ready SELECT lane, 5, ord, seq FROM tasuki_ready WHERE seq = 2":     "a b c", // a second one
	"INSERT INTO tasuki_ready SELECT lane, -5, ord, seq FROM tasuki_ready WHERE seq = 2":    "a b c",
	"INSERT INTO tasuki_suspects SELECT lane, priority, ord, seq FROM tasuki_ready LIMIT 1": "a b c",
	"UPDATE tasuki_jobs SET priority = -1 WHERE id = 'c'":                                   "c a b",
	"UPDATE tasuki_jobs SET priority = 1 WHERE id = 'a'":                                    "b c a",
	"UPDATE tasuki_jobs SET state = 5 WHERE id = 'b'":                                       "a b c",
	"UPDATE tasuki_jobs SET state = 1 WHERE id = 'b'":                                       "a b c",
	"UPDATE tasuki_ready SET priority = 'x' WHERE seq = 1":                                  "a b c",
	"UPDATE tasuki_ready SET lane = lane + 1 WHERE seq = 1":                                 "a b c", // another kind's
}

func TestPlacesThatDoNotFitTheirJobsAreMended(t *testing.T) {
	for how, want := range unfit {
		s := openTemp(t, Options{})
		beat(t, s, "w", 1)
		named(t, s, nil, "a", "b", "c")
		named(t, s, func(j *store.Job) { j.Kind = "o" }, "other")
		spoil(t, s, how)
		req := request("w", 9)
		req.Kinds = []string{"k", "o"}
		r, err := s.Claim(t.Context(), req)
		r.Jobs = slices.DeleteFunc(r.Jobs, func(j store.Record) bool { return j.Kind != "k" })
		if got := idsOf(r.Jobs); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", how, got, err, want)
		}
		req.Token = store.NewToken()
		if r, err := s.Claim(t.Context(), req); err != nil || len(r.Jobs) != 0 {
			t.Errorf("%s: then %q, %v; want none", how, idsOf(r.Jobs), err)
		}
		s.Close()
		audit(t, s.file.path)
	}
}

func TestAPlaceWithoutAJobHoldsUpNoLaneAmongMany(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	var kinds []string
	for i := range 2 * maxArms {
		kinds = append(kinds, fmt.Sprintf("kind-%d", i))
		named(t, s, func(j *store.Job) { j.Kind = kinds[i] }, fmt.Sprint(i))
	}
	spoil(t, s, "INSERT INTO tasuki_ready SELECT lane, -1, 0, 1000 + lane FROM tasuki_lanes")
	req := request("w", 3*maxArms)
	req.Kinds = kinds
	if r, err := s.Claim(t.Context(), req); err != nil || len(r.Jobs) != 2*maxArms {
		t.Errorf("%d jobs, %v; want %d", len(r.Jobs), err, 2*maxArms)
	}
}

func TestManyThatCannotBeReadHoldUpNoOther(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	const many = 3000
	addKind(t, s, "k", many)
	spoil(t, s, "UPDATE tasuki_jobs SET more = '{'")
	named(t, s, nil, "good")
	calls, got := 0, ""
	for calls < 20 && got == "" {
		r, err := s.Claim(t.Context(), request("w", 10))
		if err != nil || len(r.Jobs) == 0 && r.Wait != time.Microsecond {
			t.Fatalf("call %d: wait %v, %v", calls, r.Wait, err)
		}
		calls, got = calls+1, idsOf(r.Jobs)
	}
	if got != "good" {
		t.Errorf("after %d calls %q", calls, got)
	}
	st, err := s.Stats(t.Context())
	if err != nil || st.Queues[0].Counts[store.Dead] != many {
		t.Errorf("%+v, %v; want %d dead", st, err, many)
	}
}

func TestAJobMovedByHandToTheLastSeqEndsNoNumbering(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "bad", "b")
	spoil(t, s, "UPDATE tasuki_jobs SET seq = ? WHERE id = 'bad'", int64(math.MaxInt64))
	named(t, s, nil, "c")
	addKind(t, s, "k", admitAtOnce+5)
	if all, _ := listAll(t, s, store.Filter{}); len(all) != admitAtOnce+8 {
		t.Errorf("%d are listed, want all %d", len(all), admitAtOnce+8)
	}
	if got := len(claim(t, s, "w", 100)); got != admitAtOnce+7 {
		t.Errorf("%d claimed, want the %d that have a place", got, admitAtOnce+7)
	}
}

func TestAJobThatRunsIsNotClaimedFromAPlaceThatIsNotItsOwn(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "a")
	claim(t, s, "w", 1)
	spoil(t, s, "INSERT INTO tasuki_ready SELECT lane, 5, ord, seq FROM tasuki_jobs")
	if got := claim(t, s, "w", 1); len(got) != 0 {
		t.Errorf("claimed %q again", idsOf(got))
	}
	s.Close()
	audit(t, s.file.path)
}

func TestPlacesThatDoNotFitTheirJobsAreMendedOneByOne(t *testing.T) {
	for how := range unfit {
		s := openTemp(t, Options{})
		beat(t, s, "w", 1)
		named(t, s, nil, "a", "b", "c")
		named(t, s, func(j *store.Job) { j.Kind = "o" }, "other")
		spoil(t, s, how)
		var got []string
		for range 5 {
			req := request("w", 1)
			req.Kinds = []string{"o", "k"}
			r, err := s.Claim(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Fields(idsOf(r.Jobs))...)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != "a b c other" {
			t.Errorf("%s: claimed %q, want each once", how, got)
		}
	}
}

// TestAPlaceWrittenForAJobThatRunsEndsItOnce: claims do not look for it, which would
// cost each of them a look at all that runs. The first outcome counts.
func TestAPlaceWrittenForAJobThatRunsEndsItOnce(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	beat(t, s, "v", 1)
	named(t, s, nil, "a")
	first := claim(t, s, "w", 1)
	spoil(t, s, "INSERT INTO tasuki_ready SELECT lane, priority, ord, seq FROM tasuki_jobs")
	second := claim(t, s, "v", 1)
	settle := func(worker string, held []store.Record) store.ResultWhat {
		r, err := s.Settle(t.Context(), store.SettleRequest{Worker: worker, Batch: 1, Outcomes: outcomes(held, store.Finish)})
		if err != nil || len(r.Results) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		return r.Results[0].What
	}
	if got := settle("v", second); got != store.Applied {
		t.Errorf("the first outcome is %s", got)
	}
	if r := beat(t, s, "w", 2, store.Claim{ID: "a", Token: first[0].Token}); len(r.Lost) != 1 {
		t.Errorf("the other claim's worker hears %+v", r)
	}
	if got := settle("w", first); got != store.Lost {
		t.Errorf("the other outcome is %s", got)
	}
	if _, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 2, Why: "gone"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	audit(t, s.file.path)
}
