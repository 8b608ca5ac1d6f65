package sqlite

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// spoil runs a statement of nobody's.
func spoil(t *testing.T, s *Store, statement string, args ...any) {
	t.Helper()
	r, err := s.DB().Exec(statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		t.Fatalf("%s changes nothing", statement)
	}
}

// named enqueues plain jobs of the kind k by their ids.
func named(t *testing.T, s *Store, change func(*store.Job), ids ...string) {
	t.Helper()
	jobs := make([]store.Job, len(ids))
	for i, id := range ids {
		jobs[i] = store.Job{ID: id, Kind: "k", Args: json.RawMessage("1")}
		if change != nil {
			change(&jobs[i])
		}
	}
	if _, err := s.Enqueue(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
}

func idsOf(jobs []store.Record) string {
	var ids []string
	for _, j := range jobs {
		ids = append(ids, j.ID)
	}
	return strings.Join(ids, " ")
}

// the is one job as a list shows it.
func the(t *testing.T, s *Store, id string) store.Record {
	t.Helper()
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil || len(page.Jobs) != 1 {
		t.Fatalf("%s is listed as %d jobs, %v", id, len(page.Jobs), err)
	}
	return page.Jobs[0]
}

func TestAReadyJobThatCannotBeReadIsDeadAndSaysWhy(t *testing.T) {
	for set, why := range map[string]string{
		`more = '{"timeout'`:         `more holds the text "{\"timeout"`,
		`more = '{"timeout":"x"}'`:   `more holds the text "{\"timeout\":\"x\"}"`,
		`progress = '[]'`:            `progress holds the text "[]"`,
		`priority = 'high'`:          `priority holds the text "high"`,
		`trail = x'ff'`:              `trail holds the bytes x'ff'`,
		`created = 1.5`:              `created holds the number 1.5`,
		`ord = 9223372036854775807`:  `ord holds the number 9223372036854775807`,
		`state = 99`:                 `state holds the number 99`,
		`args = x'ff'`:               `args holds the bytes x'ff'`,
		`cursor = x'ff'`:             `cursor holds the bytes x'ff'`,
		`ukey = x'ff'`:               `ukey holds the bytes x'ff'`,
		`lane = 'here'`:              `lane holds the text "here"`,
		`lane = 999`:                 `lane holds the number 999 and there is no such lane`,
		`state = 'a', priority = ''`: `state holds the text "a", priority holds the text ""`,
	} {
		s := openTemp(t, Options{})
		beat(t, s, "w", 1)
		named(t, s, nil, "a", "bad", "c")
		spoil(t, s, "UPDATE tasuki_jobs SET "+set+" WHERE id = 'bad'")
		if got := idsOf(claim(t, s, "w", 10)); got != "a c" {
			t.Errorf("%s: claimed %q, want the two others", set, got)
		}
		if is := the(t, s, "bad"); is.State != store.Dead || is.Why != "its row cannot be read: "+why {
			t.Errorf("%s: %s, because %q", set, is.State, is.Why)
		}
		s.Close()
		audit(t, s.file.path)
	}
}

func TestLongArgumentsThatAreMissingMakeTheJobDead(t *testing.T) {
	for _, how := range []string{"UPDATE tasuki_args SET args = x'ff'", "DELETE FROM tasuki_args"} {
		s := openTemp(t, Options{})
		beat(t, s, "w", 1)
		long := func(j *store.Job) { j.Args = json.RawMessage(`"` + strings.Repeat("x", longArgs) + `"`) }
		named(t, s, long, "bad")
		named(t, s, nil, "other")
		spoil(t, s, how)
		for range 2 {
			got, err := s.Claim(t.Context(), request("w", 1))
			if err != nil || len(got.Jobs) > 1 {
				t.Fatal(len(got.Jobs), err)
			}
		}
		if is := the(t, s, "bad"); is.State != store.Dead || !strings.Contains(is.Why, "tasuki_args.args holds") {
			t.Errorf("%s: %s, because %q", how, is.State, is.Why)
		}
		if is := the(t, s, "other"); is.State != store.Running {
			t.Errorf("%s: the other is %s", how, is.State)
		}
	}
}

func TestALongValueIsShownInPart(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "bad")
	spoil(t, s, "UPDATE tasuki_jobs SET more = ? WHERE id = 'bad'", strings.Repeat("ä", 1<<19))
	claim(t, s, "w", 1)
	if why := the(t, s, "bad").Why; !strings.Contains(why, "of 1048576 bytes)") || len(why) > store.MaxMessage {
		t.Errorf("%d bytes: …%s", len(why), why[len(why)-100:])
	}
}

func TestAJobThatWaitsForATimeThatIsNoneIsDeadOnceItIsFirst(t *testing.T) {
	c := &clock{}
	s := openTemp(t, Options{Clock: c.now})
	beat(t, s, "w", 1)
	named(t, s, func(j *store.Job) { j.Delay = time.Minute }, "bad", "good")
	spoil(t, s, "UPDATE tasuki_jobs SET ord = 'noon' WHERE id = 'bad'")
	c.advance(time.Minute)
	if got := idsOf(claim(t, s, "w", 10)); got != "good" {
		t.Errorf("claimed %q", got)
	}
	if got := idsOf(claim(t, s, "w", 10)); got != "" {
		t.Errorf("claimed %q", got)
	}
	if is := the(t, s, "bad"); is.State != store.Dead || !strings.Contains(is.Why, `ord holds the text "noon"`) {
		t.Errorf("%s, because %q", is.State, is.Why)
	}
}

func TestAnUnreadableJobThatIsRetriedRunsWithWhatCouldBeRead(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	full := func(j *store.Job) { j.MaxAttempts, j.Unique, j.Tags, j.Keep = 3, "key", []string{"tag"}, time.Hour }
	named(t, s, full, "bad")
	spoil(t, s, `UPDATE tasuki_jobs SET priority = 'high', more = '{"max_attempts":3,"timeout":"soon"}', trail = '?'`)
	claim(t, s, "w", 1)
	if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"bad"}}, To: store.Ready}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	got := claim(t, s, "w", 1)
	if idsOf(got) != "bad" || string(got[0].Args) != "1" || got[0].MaxAttempts != 3 || got[0].Unique != "key" || got[0].Priority != 0 {
		t.Errorf("claimed %+v", got)
	}
	if _, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(got, store.Bury)}); err != nil {
		t.Error(err)
	}
	s.Close()
	audit(t, s.file.path)
}

// TestNoJobRunsWithOtherArgumentsThanWereStored: retried, it is dead again.
func TestNoJobRunsWithOtherArgumentsThanWereStored(t *testing.T) {
	s := openTemp(t, Options{})
	beat(t, s, "w", 1)
	named(t, s, nil, "bad")
	spoil(t, s, "UPDATE tasuki_jobs SET args = x'ff'")
	for range 3 {
		if got := claim(t, s, "w", 1); len(got) != 0 {
			t.Fatalf("claimed %+v", got)
		}
		if is := the(t, s, "bad"); is.State != store.Dead || !strings.Contains(is.Why, "args holds the bytes x'ff'") {
			t.Errorf("%s, because %q", is.State, is.Why)
		}
		if n, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{IDs: []string{"bad"}}, To: store.Ready}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
}
