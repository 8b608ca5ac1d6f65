package redis_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// noJobs are texts that are no jobs, by what is wrong with them.
var noJobs = map[string]string{
	"cut off":                    `{"class":"deed","args":["done"],"jid":"aaaa`,
	"no JSON":                    `{not json`,
	"empty":                      ``,
	"a space":                    ` `,
	"bytes that scripts know":    "\x00\x01\x02\x03\x04{}",
	"bytes in front":             "\x04{\"class\":\"deed\"}",
	"no UTF-8":                   "\xff\xfe{\"class\":\"deed\",\"args\":[\"\xff\"]}",
	"no UTF-8 in a string":       "{\"class\":\"deed\",\"args\":[\"\xff\"]}",
	"NUL in a string":            "{\"class\":\"deed\",\"args\":[\"\x00\"]}",
	"an array":                   `[1,2]`,
	"a string":                   `"text"`,
	"a number":                   `17`,
	"null":                       `null`,
	"an empty object":            `{}`,
	"no class":                   `{"args":["done"],"jid":"b1"}`,
	"class is null":              `{"class":null,"args":["done"],"jid":"b2"}`,
	"class is a number":          `{"class":7,"args":["done"],"jid":"b3"}`,
	"class is empty":             `{"class":"","args":["done"],"jid":"b4"}`,
	"no args":                    `{"class":"deed","jid":"b5"}`,
	"args is an object":          `{"class":"deed","args":{"a":1},"jid":"b6"}`,
	"args is null":               `{"class":"deed","args":null,"jid":"b7"}`,
	"args is a string":           `{"class":"deed","args":"done","jid":"b8"}`,
	"jid is an object, no class": `{"jid":{"a":1},"args":[]}`,
	"nested too deep":            `{"class":"deed","args":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
	"markup":                     `<script>alert(1)</script>`,
}

// kept asserts that a text is dead, as it was: itself, or as an object with the reason.
func (b *bench) kept(what, text string) {
	b.t.Helper()
	var all []string
	is := func(dead string) bool {
		if dead == text {
			return true
		}
		if strings.HasPrefix(dead, `{"class":"tasuki.BadJob","args":[`+strconv.Quote(text)+`]`) {
			return true
		}
		head, isObject := strings.CutSuffix(text, "}")
		return isObject && len(head) > 1 && strings.HasPrefix(dead, head) && strings.Contains(dead, `"error_class":"tasuki.BadJob"`) ||
			text == "{}" && strings.HasPrefix(dead, `{"error_class":"tasuki.BadJob"`)
	}
	byhand.Eventually(b.t, fmt.Sprintf("is %s dead, of %.300q", what, all), func() bool {
		all = redistest.Ask[[]string](b.t, b.db, "ZRANGE", "dead", "0", "-1")
		return slices.ContainsFunc(all, is)
	})
}

// TestATextThatIsNoJobIsDeadAsItWasAndHoldsUpNoOther, wherever it comes from, and people
// see it in Sidekiq's Web.
func TestATextThatIsNoJobIsDeadAsItWasAndHoldsUpNoOther(t *testing.T) {
	for _, from := range []string{"queue:good", "schedule", "retry"} {
		t.Run(from, func(t *testing.T) {
			b := odd(t)
			ruby := redistest.App{URL: b.db.URL()}.Client(t)
			for what, text := range noJobs {
				if from == "queue:good" {
					b.do("LPUSH", from, text)
				} else {
					b.do("ZADD", from, "1", text)
				}
				b.kept(what, text)
				if page, err := ruby.Web().Get(t.Context(), "/morgue"); err != nil || page.Status != 200 {
					t.Errorf("%s: the page of the dead answers %.300v, %v", what, page, err)
					b.do("DEL", "dead")
				}
			}
			b.goesOn()
			if n := redistest.Ask[int64](t, b.db, "LLEN", "queue:good"); n != 0 {
				t.Errorf("%d texts are left", n)
			}
		})
	}
}

// unanswered lets a worker w claim each text that is no job, a claim whose answer is cut
// off, and then ends what is claimed; each has to be dead as it was.
func unanswered(t *testing.T, end func(what string, s *redis.Store)) {
	t.Helper()
	server := redistest.Own(t, redistest.Options{})
	way := server.Proxy(t)
	s := opened(t, way.URL(0), redis.Options{})
	byhand.Beat(t, s, "first", 1)
	byhand.Claim(t, s, "first", 1) // the server knows the script from now on
	for what, text := range noJobs {
		db := &redistest.DB{Server: server}
		if _, err := db.Exec(t.Context(), "FLUSHDB"); err != nil {
			t.Fatal(err)
		}
		byhand.Beat(t, s, "w", 1)
		redistest.Ask[int64](t, db, "LPUSH", "queue:default", text)
		cut := way.Cut(redistest.Cut{Reply: true, At: func(command []string) bool { return scriptOf(command) == "claim" }})
		if _, err := s.Claim(t.Context(), byhand.Request("w", 1)); err == nil {
			t.Fatalf("%s: the claim was answered", what)
		}
		<-cut.Met()
		end(what, s)
		b := &bench{t: t, db: db, s: s}
		b.kept(what, text)
	}
}

// TestATextThatIsNoJobWhoseClaimWasNotAnsweredIsDeadAsItWas.
func TestATextThatIsNoJobWhoseClaimWasNotAnsweredIsDeadAsItWas(t *testing.T) {
	unanswered(t, func(_ string, s *redis.Store) {
		for n := range uint64(3) {
			byhand.Beat(t, s, "w", n+2)
		}
	})
}

// TestATextThatIsNoJobAndWasHeldByADeadWorkerIsDeadAsItWas.
func TestATextThatIsNoJobAndWasHeldByADeadWorkerIsDeadAsItWas(t *testing.T) {
	unanswered(t, func(what string, s *redis.Store) {
		if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: "w", Beat: 1, Why: "gone"}); err != nil || !r.Released || r.Left > 0 {
			t.Fatalf("%s: %+v, %v", what, r, err)
		}
	})
}

// sized is a payload of so many bytes, as Ruby writes it.
func sized(jid string, bytes int) string {
	head, tail := `{"retry":true,"queue":"good","class":"rubys","args":["`, `"],"jid":"`+jid+`","created_at":1795287767.25,"enqueued_at":1795287767.25}`
	return head + strings.Repeat("x", bytes-len(head)-len(tail)) + tail
}

// TestAPayloadOf16MiBOfRubysRunsAndABiggerOneIsDeadAsItWas.
func TestAPayloadOf16MiBOfRubysRunsAndABiggerOneIsDeadAsItWas(t *testing.T) {
	b := beats(t, time.Second)
	b.do("LPUSH", "queue:good", sized("fits", 16<<20))
	byhand.Eventually(t, "does it run", func() bool { return b.runs("fits") == 1 })
	byhand.Eventually(t, "is it done", func() bool { return b.record("fits") == nil })
	big := sized("toobig", 16<<20+2<<20)
	b.do("LPUSH", "queue:good", big)
	byhand.Eventually(t, "is it dead", func() bool { return redistest.Ask[int64](t, b.db, "ZCARD", "dead") == 1 })
	if all := redistest.Ask[[]string](t, b.db, "ZRANGE", "dead", "0", "-1"); all[0] != big {
		t.Errorf("what is dead has %d bytes, of %d", len(all[0]), len(big))
	}
	if b.runs("toobig") != 0 {
		t.Error("it ran")
	}
	b.goesOn()
	ruby := redistest.App{URL: b.db.URL()}.Client(t)
	if page, err := ruby.Web().Get(t.Context(), "/morgue"); err != nil || page.Status != 200 {
		t.Errorf("the page of the dead answers %v", err)
	}
}

// TestAPayloadOf16MiBThatFailedRunsAgain: with what failing adds it is bigger.
func TestAPayloadOf16MiBThatFailedRunsAgain(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := opened(t, db.URL(), redis.Options{})
	byhand.Beat(t, s, "w", 1)
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", strings.Replace(sized("big", 16<<20), `"class":"rubys"`, `"class":"k"`, 1))
	claim := func() store.Record {
		t.Helper()
		got := byhand.Claim(t, s, "w", 1)
		if len(got) != 1 || got[0].ID != "big" {
			t.Fatalf("claimed %d jobs", len(got))
		}
		return got[0]
	}
	for n := range uint64(3) {
		o := store.Outcome{Claim: byhand.ClaimOf(claim()), Verb: store.Fail, Why: "because",
			Failure: &store.Failure{Class: "E", Message: strings.Repeat("m", store.MaxMessage), Stack: strings.Repeat("a.go:1\n", 8000)}}
		r, err := s.Settle(t.Context(), store.SettleRequest{Worker: "w", Batch: n + 1, Outcomes: []store.Outcome{o}})
		if err != nil || r.Results[0].What != store.Applied {
			t.Fatalf("settled %+v, %v", r, err)
		}
	}
	if got := claim(); got.Attempts != 3 {
		t.Errorf("%d attempts, want 3", got.Attempts)
	}
}

// TestListAndMoveLiveWithTextsThatAreNoJobs, wherever they lie.
func TestListAndMoveLiveWithTextsThatAreNoJobs(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := opened(t, db.URL(), redis.Options{})
	places := []string{"queue:default", "schedule", "retry", "dead"}
	redistest.Ask[int64](t, db, "SADD", "queues", "default")
	for _, place := range places {
		for _, text := range noJobs {
			command := []any{"ZADD", place, time.Now().Add(time.Hour).Unix(), text}
			if strings.HasPrefix(place, "queue:") {
				command = []any{"LPUSH", place, text}
			}
			if _, err := db.Exec(t.Context(), command...); err != nil {
				t.Fatal(err)
			}
		}
	}
	seen := 0
	for after := ""; ; {
		page, err := s.List(t.Context(), store.ListRequest{After: after, Limit: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range page.Jobs {
			if j.ID == "" {
				t.Errorf("one has no id: %+v", j)
			}
		}
		seen += len(page.Jobs)
		if after = page.Next; after == "" {
			break
		}
	}
	if want := len(places) * len(noJobs); seen != want {
		t.Errorf("%d are listed, want %d", seen, want)
	}
	if _, err := s.Stats(t.Context()); err != nil {
		t.Error(err)
	}
	for _, to := range []store.State{store.Ready, store.Dead, store.Cancelled} {
		if _, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: to}); err != nil {
			t.Errorf("move to %s: %v", to, err)
		}
	}
	if _, err := s.Move(t.Context(), store.MoveRequest{Filter: store.Filter{All: true}, To: store.Deleted}); err != nil {
		t.Error(err)
	}
	for _, place := range places {
		if n := redistest.Ask[int64](t, db, "EXISTS", place); n != 0 {
			t.Errorf("%s is not empty", place)
		}
	}
}

// TestABigJobIsShownWithoutItsArguments, which would hold up the beat.
func TestABigJobIsShownWithoutItsArguments(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := opened(t, db.URL(), redis.Options{})
	byhand.Beat(t, s, "w", 1)
	redistest.Ask[int64](t, db, "LPUSH", "queue:default", strings.Replace(sized("big", 4<<20), `"class":"rubys"`, `"class":"k"`, 1))
	held := byhand.Claim(t, s, "w", 1)
	beat := store.BeatRequest{Worker: store.Worker{Name: "w", Beat: 2, State: store.Working, Busy: 1}, Claims: []store.Claim{byhand.ClaimOf(held[0])}}
	if _, err := s.Beat(t.Context(), beat); err != nil {
		t.Fatal(err)
	}
	work := redistest.Ask[[]string](t, db, "HVALS", "w:work")
	if len(work) != 1 || len(work[0]) > 1000 || !strings.Contains(work[0], `\"class\":\"k\"`) || !strings.Contains(work[0], "bytes") {
		t.Errorf("%d jobs are shown, %.300q", len(work), work)
	}
}
