package sidekiq_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// plainArgs are the types that an Active Job's arguments are read into.
type plainArgs struct {
	Order sidekiq.GlobalID
	Kind  sidekiq.Symbol
	Day   sidekiq.Date
	Wait  sidekiq.Duration
	At    time.Time
	Words sidekiq.Keywords `args:"optional"`
}

// handled runs a job with these arguments: what its handler got, or the job's failure.
func handled(t *testing.T, raw string) (got plainArgs, problem string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(memory.Options{})
		job := store.Job{ID: store.NewID(), Kind: "MailJob", Args: json.RawMessage(raw)}
		if _, err := st.Enqueue(t.Context(), []store.Job{job}); err != nil {
			t.Fatal(err)
		}
		k := tasuki.NewKind[plainArgs]("MailJob", tasuki.Positional())
		w, err := tasuki.New(st, tasuki.Config{
			Handlers: []tasuki.Handler{k.Do(func(_ context.Context, args plainArgs) error { got = args; return nil })},
			OnJob:    func(_ context.Context, end tasuki.JobEnd) { problem = errText(end.Err) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return got, problem
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAHandlerReadsPlainArguments(t *testing.T) {
	got, problem := handled(t, `["gid://shop/Admin::User/7","sym","2026-01-02",1.5,"2026-01-02T03:04:05.6Z",{"force":true}]`)
	if problem != "" || got.Order.Model() != "Admin::User" || got.Order.ID() != "7" || got.Kind != "sym" || got.Day != (sidekiq.Date{Year: 2026, Month: 1, Day: 2}) ||
		got.Wait != sidekiq.Duration(1500*time.Millisecond) || got.At.Nanosecond() != 6e8 || got.Words["force"] != true {
		t.Errorf("%+v, %s", got, problem)
	}
}

func TestTextThatIsNotOfTheTypeIsABadJob(t *testing.T) {
	args := []string{`"gid://shop/Order/7"`, `"sym"`, `"2026-01-02"`, `90`, `"2026-01-02T03:04:05Z"`}
	for i, bad := range []string{`"Order 7"`, `5`, `"2026-02-30"`, `"90"`, `"yesterday"`} {
		with := append(append([]string{}, args[:i]...), bad)
		_, problem := handled(t, "["+strings.Join(append(with, args[i+1:]...), ",")+"]")
		if !strings.Contains(problem, "argument "+string(rune('1'+i))) || !strings.Contains(problem, bad) {
			t.Errorf("%s: %q", bad, problem)
		}
		with[i] = "null"
		if _, problem := handled(t, "["+strings.Join(append(with, args[i+1:]...), ",")+"]"); !strings.Contains(problem, "argument ") || !strings.Contains(problem, "nil") {
			t.Errorf("nil for %s: %q", args[i], problem)
		}
	}
}

func TestAGlobalIDComesApart(t *testing.T) {
	for g, want := range map[sidekiq.GlobalID][3]string{
		"gid://shop/Order/7":                     {"shop", "Order", "7"},
		"gid://my-shop/Admin::User/a+b%2Fc?db=x": {"my-shop", "Admin::User", "a b/c"},
		"gid://shop/Line/1/2":                    {"shop", "Line", "1/2"},
		sidekiq.NewGlobalID("a", "B", "x y/ü?"):  {"a", "B", "x y/ü?"},
		"":                                       {},
		"Order/7":                                {},
		"gid://shop/Order":                       {},
		"gid://shop/Order/":                      {},
		"gid://shop/order/7":                     {},
		"gid:///Order/7":                         {},
		"gid://shop/Order/%zz":                   {},
		"http://shop/Order/7":                    {},
		"gid://a b/Order/7":                      {},
		"gid://shop/Order/a b":                   {},
		"gid://my_shop/Order/7":                  {},
		"gid://shop/Order/ü":                     {},
	} {
		if got := [3]string{g.App(), g.Model(), g.ID()}; got != want {
			t.Errorf("%q: %q, want %q", g, got, want)
		}
	}
}

func TestADurationIsSecondsInJSON(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90": 90 * time.Second, "0": 0, "136.983602398": 136983602398, "-1.5": -1500 * time.Millisecond, "0.000000001": 1, "9223372036": 9223372036 * time.Second, "-0.25": -250 * time.Millisecond,
	} {
		var d sidekiq.Duration
		if err := json.Unmarshal([]byte(text), &d); err != nil || time.Duration(d) != want {
			t.Errorf("%s is %v, %v; want %v", text, d, err, want)
		}
		if raw, err := json.Marshal(sidekiq.Duration(want)); err != nil || string(raw) != text {
			t.Errorf("%v becomes %s, %v; want %s", want, raw, err, text)
		}
	}
	for _, text := range []string{`"90"`, `1e300`, `9223372037`, `true`} {
		if err := json.Unmarshal([]byte(text), new(sidekiq.Duration)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

func TestADateIsADayInTheZoneOfItsTime(t *testing.T) {
	zone := time.FixedZone("", 3600)
	at := time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC)
	if d := sidekiq.DateOf(at.In(zone)); d != (sidekiq.Date{Year: 2026, Month: 1, Day: 1}) || !d.In(zone).Equal(at.Add(-30*time.Minute)) {
		t.Errorf("%v, begins %v", d, d.In(zone))
	}
}

func TestADayThatDoesNotExistIsNoJSON(t *testing.T) {
	for _, d := range []sidekiq.Date{{2026, 2, 29}, {2026, 13, 1}, {10000, 1, 1}, {-1, 1, 1}} {
		if raw, err := json.Marshal(d); err == nil {
			t.Errorf("%v becomes %s", d, raw)
		}
	}
}
