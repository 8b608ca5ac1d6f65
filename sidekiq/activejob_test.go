package sidekiq_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
)

// orderArgs is perform(order, note = nil, **words).
type orderArgs struct {
	Order sidekiq.GlobalID
	Note  *string          `args:"optional"`
	Words sidekiq.Keywords `args:"optional"`
}

func TestRailsPerformsAJobFromAStruct(t *testing.T) {
	class, note := sidekiq.NewActiveJob[orderArgs](anyJob), "n"
	jobs := []store.Job{
		class.Job(orderArgs{Order: "gid://shop/Order/7", Note: &note, Words: sidekiq.Keywords{"force": true, "since": sidekiq.Date{Year: 2026, Month: 1, Day: 2}}}),
		class.Job(orderArgs{Order: "gid://shop/Order/8"}),
	}
	got := performed(t, jobs...)
	if g := got[0]; g.Error != "" || strings.Join(g.Saw.Args, ", ") != `Order 7, String UTF-8 "n"` || !strings.Contains(g.Saw.Words, ":force=>true") || !strings.Contains(g.Saw.Words, ":since=>Fri, 02 Jan 2026") {
		t.Errorf("%+v", g)
	}
	if g := got[1]; g.Error != "" || strings.Join(g.Saw.Args, ", ") != "Order 8" || g.Saw.Words != "{}" {
		t.Errorf("without the optional ones: %+v", g)
	}
}

type celsius float64

// Size is embedded in a struct that becomes a Hash.
type Size struct{ W, H int }

func TestRubySeesEachGoValueAsWhatItIs(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	huge, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	cases := []struct {
		value any
		want  string
	}{
		{nil, `nil`},
		{true, `true`},
		{int64(math.MinInt64), `-9223372036854775808`},
		{uint64(math.MaxUint64), `18446744073709551615`},
		{1.5, `1.5`},
		{2.0, `2.0`},
		{1e300, `1.0e+300`},
		{float32(0.1), `0.1`},
		{celsius(20), `20.0`},
		{"<é\u2028>\"\\", `String UTF-8 "<é\u2028>\"\\"`},
		{[]byte{1, 2}, `String UTF-8 "AQI="`},
		{[]int{1, 2}, `[1, 2]`},
		{[2]string{"a"}, `["a", ""]`},
		{[]int(nil), `nil`},
		{(*int)(nil), `nil`},
		{new(int), `0`},
		{huge, `123456789012345678901234567890`},
		{*huge, `123456789012345678901234567890`},
		{json.Number("12.50"), `12.5`},
		{json.RawMessage(`{"b":[1,2.0]}`), `{"b"=>[1, 2.0]}`},
		{map[string]any{"a": 1, "b": nil}, `{"a"=>1, "b"=>nil}`},
		{map[int]string{1: "x"}, `{"1"=>"x"}`},
		{map[sidekiq.Symbol]any{"a": map[string]int{"b": 1}}, `{:a=>{"b"=>1}}`},
		{map[string]int(nil), `nil`},
		{struct {
			Size int `json:"size"`
			Kind sidekiq.Symbol
			None string `json:",omitempty"`
			Out  int    `json:"-"`
			in   int
		}{3, "big", "", 1, 2}, `{"size"=>3, "Kind"=>:big}`},
		{struct {
			*Size
			At  time.Time `json:",omitzero"`
			End time.Time `json:"end,omitzero"`
		}{End: at.UTC()}, `{"end"=>2026-01-02 02:04:05.0000006 UTC}`},
		{struct {
			*Size
			Z bool
		}{Size: &Size{1, 2}}, `{"W"=>1, "H"=>2, "Z"=>false}`},
		{sidekiq.Symbol("sym bol"), `:"sym bol"`},
		{sidekiq.NewGlobalID("shop", "Order", "a b/ü"), `Order a b/ü`},
		{sidekiq.Date{Year: 2024, Month: 2, Day: 29}, `Date 2024-02-29`},
		{at, `Time 2026-01-02T03:04:05.000000600+01:00`},
		{[]any{at.UTC()}, `[2026-01-02 02:04:05.0000006 UTC]`},
		{90 * time.Second, `Duration 90 2026-01-01 00:01:30 UTC`},
		{-1500 * time.Millisecond, `Duration -1.5 2025-12-31 23:59:58 UTC`},
		{time.Duration(0), `Duration 0 2026-01-01 00:00:00 UTC`},
		{sidekiq.Duration(time.Hour), `Duration 3600 2026-01-01 01:00:00 UTC`},
	}
	values := make([]any, len(cases))
	for i, c := range cases {
		values[i] = c.value
	}
	got := seen(t, values...)
	for i, c := range cases {
		if len(got.Saw.Args) != len(cases) || got.Saw.Args[i] != c.want {
			t.Fatalf("%T %v was seen as %q, want %q", c.value, c.value, got.Saw.Args, c.want)
		}
	}
}

func TestRailsWouldWriteTheSameArguments(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	class, values := sidekiq.NewActiveJob[[]any](anyJob), []any{
		1, "s", nil, []any{1.5, map[string]any{"a": []int{1}}}, map[sidekiq.Symbol]any{"a": sidekiq.Symbol("b")},
		sidekiq.GlobalID("gid://shop/Order/7"), sidekiq.Date{Year: 2026, Month: 1, Day: 2}, at, at.UTC(),
		90 * time.Second, 1500 * time.Millisecond, time.Duration(0), sidekiq.Keywords{"a": 1, "b": at},
	}
	var jobs []store.Job
	for _, v := range values {
		jobs = append(jobs, class.Job([]any{v}))
	}
	for i, got := range performed(t, jobs...) {
		if !got.Same {
			t.Errorf("Rails writes %T %v otherwise: %+v", values[i], values[i], got)
		}
	}
}

func TestKeywordsAreKeywordArguments(t *testing.T) {
	if got := seen(t, 1, sidekiq.Keywords{"a": 1, "b": map[string]int{"c": 2}}); got.Saw.Words != `{:a=>1, :b=>{"c"=>2}}` || len(got.Saw.Args) != 1 {
		t.Errorf("%+v", got.Saw)
	}
	if got := seen(t, 1, sidekiq.Keywords(nil)); got.Saw.Words != `{}` || len(got.Saw.Args) != 1 {
		t.Errorf("none: %+v", got.Saw)
	}
}

func TestAJobRunsInTheApplicationsOwnLocale(t *testing.T) {
	if got := seen(t); got.Saw.Locale != "de" {
		t.Errorf("locale %q", got.Saw.Locale)
	}
}

func TestRailsKnowsTheJobByItsIDAndQueue(t *testing.T) {
	job := sidekiq.NewActiveJob[int](anyJob, tasuki.Queue("low")).Job(1)
	got := performed(t, job, sidekiq.NewActiveJob[int](anyJob).Job(1))
	if got := got[0].Saw; got.ID != job.ID || got.Queue != "low" || job.Queue != "low" || got.Provider != "jid" {
		t.Errorf("%+v, job %s in queue %q", got, job.ID, job.Queue)
	}
	if got := got[1].Saw; got.Queue != "default" {
		t.Errorf("queue %q", got.Queue)
	}
}

func TestRailsCanRetryAJob(t *testing.T) {
	got := performed(t, sidekiq.NewActiveJob[time.Time]("Admin::RetriedJob").Job(time.Now()))[0]
	var again struct {
		Executions int
		Exceptions map[string]int `json:"exception_executions"`
	}
	if got.Error != "" || len(got.Back) != 1 || json.Unmarshal(got.Back[0], &again) != nil || again.Executions != 1 || again.Exceptions["[ArgumentError]"] != 1 {
		t.Errorf("%s, %s", got.Error, got.Back)
	}
}

func TestTheDeepestArgumentsThatAreTakenAreReadByRuby(t *testing.T) {
	nested := func(n int) any {
		var v any = 1
		for range n {
			v = []any{v}
		}
		return v
	}
	class := sidekiq.NewActiveJob[any](anyJob)
	deepest := 0
	for n := range 200 {
		if class.Job(nested(n)).Err == nil {
			deepest = n
		}
	}
	if deepest < 50 || deepest > 150 {
		t.Fatalf("%d levels are taken", deepest)
	}
	seen(t, nested(deepest))
}

// wantRefused checks that Enqueue would say what is wrong with an argument.
func wantRefused(t *testing.T, value any, want ...string) {
	t.Helper()
	job := sidekiq.NewActiveJob[[]any](anyJob).Job([]any{1, value, 3})
	err := job.Check(0)
	for _, w := range append(want, "argument 2") {
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(fmt.Sprint(err), w) {
			t.Errorf("%T: error %v, want %q", value, err, w)
		}
	}
}

func TestWhatCannotBeAnArgumentIsRefusedWithItsPlace(t *testing.T) {
	type circle *circle
	var round circle
	round = &round
	loop := map[string]any{}
	loop["loop"] = loop
	wantRefused(t, make(chan int), "chan int")
	wantRefused(t, math.NaN(), "NaN")
	wantRefused(t, "\xff", "UTF-8")
	wantRefused(t, map[string]any{"\xff": 1}, "UTF-8")
	wantRefused(t, map[string]any{"a": []any{0, func() {}}}, `key "a": element 1`, "func()")
	wantRefused(t, map[string]any{"_aj_serialized": "x"}, "_aj_serialized")
	wantRefused(t, json.RawMessage(`{"a":{"_aj_globalid":"gid://shop/Order/7"}}`), "_aj_globalid")
	wantRefused(t, map[float64]int{1: 1}, "float64")
	type inner struct{ A int }
	wantRefused(t, struct {
		inner
		A int
	}{}, `key "A" is there twice`)
	wantRefused(t, struct {
		A int `json:",string"`
	}{}, "field A")
	wantRefused(t, sidekiq.GlobalID("7"), `"7"`, "gid://")
	wantRefused(t, sidekiq.Date{}, "0000-00-00")
	wantRefused(t, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "10000")
	wantRefused(t, sidekiq.Keywords{"a": 1}, "last")
	wantRefused(t, []any{sidekiq.Keywords{"a": 1}}, "last")
	wantRefused(t, round, "pointer to itself")
	wantRefused(t, loop, "deeper")
}

func TestTheSameMapIsTheSameArguments(t *testing.T) {
	class, m := sidekiq.NewActiveJob[any]("MailJob", tasuki.UniqueArgs()), map[string]int{}
	for i := range 50 {
		m[fmt.Sprint(i)] = i
	}
	if a, b := class.Job(m), class.Job(m); a.Unique != b.Unique {
		t.Errorf("keys %q and %q", a.Unique, b.Unique)
	}
}

func TestATimeInAZoneWithSecondsIsTheSameMoment(t *testing.T) {
	at := time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28))
	if got := seen(t, at).Saw.Args[0]; got != "Time "+at.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") {
		t.Errorf("%s, want %s", got, at.UTC())
	}
}

func TestANameThatIsNoClassIsRefused(t *testing.T) {
	for _, name := range []string{"", "job", "A::", "::A", "A b", "A.new", "Admin::job"} {
		if err := sidekiq.NewActiveJob[int](name).Job(1).Err; err == nil || !strings.Contains(err.Error(), "Ruby class") {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestABadStructIsRefusedWithItsField(t *testing.T) {
	type bad struct {
		A int `args:"optional"`
		B int
	}
	if err := sidekiq.NewActiveJob[bad]("MailJob").Job(bad{}).Err; err == nil || !strings.Contains(err.Error(), "field B") {
		t.Errorf("error %v", err)
	}
}

func TestUniqueArgsOfAnActiveJobLooksAtClassAndArguments(t *testing.T) {
	mail := sidekiq.NewActiveJob[int]("MailJob", tasuki.UniqueArgs())
	a, b := mail.Job(1), mail.Job(1)
	keys := []string{a.Unique, mail.Job(2).Unique, sidekiq.NewActiveJob[int]("OtherJob", tasuki.UniqueArgs()).Job(1).Unique}
	slices.Sort(keys)
	if a.Unique == "" || a.Unique != b.Unique || len(slices.Compact(keys)) != 3 {
		t.Errorf("keys %q and %q, of others %q", a.Unique, b.Unique, keys)
	}
}
