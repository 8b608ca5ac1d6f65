package sqlite

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store"
)

// running3 are three jobs that w runs; the first cannot be read.
func running3(t *testing.T) (*Store, []store.Record) {
	t.Helper()
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "bad", "b", "c")
	held := claim(t, s, "w", 3)
	all := outcomes(held, store.Save)
	for i := range all {
		all[i].Cursor, all[i].Seq = json.RawMessage("7"), 1
	}
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Outcomes: all}); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, `UPDATE tasuki_jobs SET more = '{', progress = '{', saved = 'x' WHERE id = 'bad'`)
	return s, held
}

// wentBack asserts that all three are claimable with their cursors, and that the
// journal of the first tells what was in its row.
func wentBack(t *testing.T, s *Store) {
	t.Helper()
	beat(t, s, "next", 1)
	got := claim(t, s, "next", 9)
	if len(got) != 3 {
		t.Errorf("%q are claimable, want all three", idsOf(got))
	}
	for _, j := range got {
		if string(j.Cursor) != "7" {
			t.Errorf("%s goes on at %s, want 7", j.ID, j.Cursor)
		}
	}
	told := slices.ContainsFunc(the(t, s, "bad").Journal, func(r store.Run) bool {
		return strings.Contains(r.Why, `more holds the text "{", progress holds the text "{"`)
	})
	if !told {
		t.Errorf("the journal tells nothing: %+v", the(t, s, "bad").Journal)
	}
	s.Close()
	audit(t, s.file.path)
}

func TestOutcomesOfAJobThatCannotBeReadAreApplied(t *testing.T) {
	for verb, state := range map[store.Verb]store.State{
		store.Finish: store.Done, store.Fail: store.Ready, store.Bury: store.Dead, store.Snooze: store.Ready,
		store.HandOver: store.Ready, store.Return: store.Ready, store.Cancel: store.Cancelled, store.Save: store.Running,
	} {
		s, held := running3(t)
		r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, verb)})
		if err != nil {
			t.Fatalf("%s: %v", verb, err)
		}
		for i, res := range r.Results {
			if res.What != store.Applied {
				t.Errorf("%s of %s: %s %v", verb, held[i].ID, res.What, res.Err)
			}
		}
		if is, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{"bad"}}}); err != nil ||
			len(is.Jobs) == 1 && is.Jobs[0].State != state {
			t.Errorf("%s: %+v, %v; want it %s", verb, is, err, state)
		}
		if state == store.Ready {
			wentBack(t, s)
		}
	}
}

func TestAWorkerIsReleasedThoughAJobOfItCannotBeRead(t *testing.T) {
	s, _ := running3(t)
	r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone"})
	if err != nil || !r.Released || len(r.Jobs) != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	wentBack(t, s)
}

func TestAClaimWhoseReplyWasLostGoesBackThoughItsJobCannotBeRead(t *testing.T) {
	s, _ := running3(t)
	beat(t, s, "w", 2)
	if r := beat(t, s, "w", 3); r.Returned != 3 && beat(t, s, "w", 4).Returned != 3 {
		t.Errorf("%d went back, want 3", r.Returned)
	}
	wentBack(t, s)
}

func TestAClaimIsHeldThoughItsJobsIdCannotBeRead(t *testing.T) {
	for _, how := range []string{
		"UPDATE tasuki_jobs SET id = x'0102' WHERE id = 'bad'", // the row's
		"UPDATE tasuki_ids SET seq = 'x' WHERE id = 'bad'",     // or that by which it is found
		"DELETE FROM tasuki_ids WHERE id = 'bad'",
	} {
		for _, verb := range []store.Verb{store.Finish, store.Fail} {
			s := openTemp(t, Options{})
			beat(t, s, "w", 1)
			named(t, s, nil, "a", "bad")
			held := claim(t, s, "w", 2)
			spoil(t, s, how)
			r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, verb)})
			if err != nil || r.Results[0].What != store.Applied || r.Results[1].What != store.Applied {
				t.Errorf("%s, %s: %+v, %v", how, verb, r, err)
			}
			if got := len(claim(t, s, "w", 9)); verb == store.Finish && got != 0 || verb == store.Fail && got != 2 {
				t.Errorf("%s, %s: %d can be claimed", how, verb, got)
			}
		}
	}
}

func TestAnotherJobsClaimIsNotTakenForOneWhoseIdCannotBeRead(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "a", "bad")
	held := claim(t, s, "w", 2)
	spoil(t, s, "UPDATE tasuki_jobs SET id = x'0102' WHERE id = 'bad'")
	stranger := []store.Outcome{{Claim: store.Claim{ID: "never", Token: held[0].Token}, Verb: store.Finish}}
	r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: stranger})
	if err != nil || r.Results[0].What != store.Lost {
		t.Errorf("%+v, %v; want it lost", r, err)
	}
}

func TestAJobThatRanInALaneThatIsMissingEndsDead(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "a")
	held := claim(t, s, "w", 1)
	spoil(t, s, "DELETE FROM tasuki_lanes")
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.HandOver)}); err != nil {
		t.Fatal(err)
	}
	if is := the(t, s, "a"); is.State != store.Dead || !strings.Contains(is.Why, "no such lane") {
		t.Errorf("%s, because %q", is.State, is.Why)
	}
}

func TestAWorkerWhoseRowCannotBeReadIsReleased(t *testing.T) {
	for _, set := range []string{"info = '{'", "info = x'ff'", "beat = 'x'", "beaten = 'x', started = 'x'"} {
		s := openTemp(t, Options{})
		beat(t, s, "v", 1)
		beat(t, s, "w", 1)
		add(t, s, 1)
		claim(t, s, "w", 1)
		spoil(t, s, "UPDATE tasuki_workers SET "+set+" WHERE name = 'w'")
		all, err := s.Workers(t.Context(), store.WorkersRequest{})
		if err != nil || len(all) != 2 || all[1].Name != "w" {
			t.Fatalf("%s: %+v, %v", set, all, err)
		}
		r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: all[1].Beat, MaxDeaths: 3})
		if err != nil || !r.Released || len(r.Jobs) != 1 {
			t.Errorf("%s: %+v, %v", set, r, err)
		}
	}
}

func TestAWorkerWhoseRowCannotBeReadMendsItWithItsNextBeat(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	spoil(t, s, "UPDATE tasuki_workers SET beat = 'x', started = 'x', info = '{'")
	if r := beat(t, s, "w", 2); r.Stale {
		t.Error("the beat is stale")
	}
	if all, err := s.Workers(t.Context(), store.WorkersRequest{}); err != nil || all[0].Beat != 2 || all[0].Tag != "" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestABatchWhoseAnswersCannotBeReadIsJudgedAnew(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	add(t, s, 1)
	req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(claim(t, s, "w", 1), store.Finish)}
	if _, err := s.Settle(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	spoil(t, s, "UPDATE tasuki_workers SET answers = '{'")
	for _, want := range []store.ResultWhat{store.Lost, store.Lost} {
		if r, err := s.Settle(t.Context(), req); err != nil || r.Results[0].What != want {
			t.Errorf("%+v, %v; want %s", r, err, want)
		}
	}
}

func TestAClaimOfNobodyCanBeEndedByAPerson(t *testing.T) {
	for _, set := range []string{"worker = 'x'", "worker = 99", "token = 'x'"} {
		s := openTemp(t, Options{})
		beat(t, s, "w", 1)
		named(t, s, nil, "a")
		claim(t, s, "w", 1)
		spoil(t, s, "UPDATE tasuki_running SET "+set)
		if is := the(t, s, "a"); is.State != store.Running {
			t.Errorf("%s: it is %s", set, is.State)
		}
		if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"a"}}, To: store.Dead}); n != 1 || err != nil {
			t.Errorf("%s: %d moved, %v", set, n, err)
		}
		if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"a"}}, To: store.Ready}); n != 1 || err != nil {
			t.Errorf("%s: %d moved, %v", set, n, err)
		}
		if got := idsOf(claim(t, s, "w", 9)); got != "a" {
			t.Errorf("%s: claimed %q", set, got)
		}
	}
}

// TestCommitFindsTheClaimWhateverItsIDHolds: as Settle does.
func TestCommitFindsTheClaimWhateverItsIDHolds(t *testing.T) {
	for _, damage := range []string{
		"UPDATE tasuki_ids SET seq = 'x'", "UPDATE tasuki_ids SET seq = 77", "DELETE FROM tasuki_ids", "UPDATE tasuki_jobs SET id = x'ff00'",
	} {
		s, ctx, h := holding(t)
		add(t, s, 1)
		claim(t, s, "w", 1)
		h.Take(point(`58`))
		spoil(t, s, damage+" WHERE seq = 1")
		if err := s.Commit(ctx, effect); err != nil {
			t.Errorf("%s: %v", damage, err)
		}
		wantEffects(t, s, 1, "58")
		var other any
		if err := s.DB().QueryRow("SELECT cursor FROM tasuki_jobs WHERE seq = 2").Scan(&other); err != nil || other != nil {
			t.Errorf("%s: the other job's cursor is %v, %v", damage, other, err)
		}
	}
}

func TestCommitOfALostClaimIsLostThoughItsIDCannotBeRead(t *testing.T) {
	s, ctx, h := holding(t)
	h.Take(point(`1`))
	spoil(t, s, "DELETE FROM tasuki_ids")
	spoil(t, s, "UPDATE tasuki_jobs SET id = x'ff00'")
	spoil(t, s, "UPDATE tasuki_running SET token = token + 1")
	if err := s.Commit(ctx, effect); !errors.Is(err, store.ErrLost) {
		t.Errorf("error %v, want ErrLost", err)
	}
	wantEffects(t, s, 0, "")
}
