package wire_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

func TestSecondsAreSpelledAsAFloatOfRuby(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 5))
	moments := []time.Time{
		time.Unix(1700000000, 0), time.Unix(1700000000, 100_000_000), time.Unix(1700000000, 999), time.Unix(1700000000, 999_999_999),
		time.Unix(0, 0), time.Unix(0, 1000), time.Unix(0, 123_456_000), time.Unix(1, 0), time.Unix(1, 1000), time.Unix(-1, 500_000_000), time.Unix(-62167219200, 0),
		time.Unix(1<<32-1, 999_999_000), time.Unix(1<<32, 1000), time.Unix(1<<33, 999_999_000), time.Unix(253402300799, 999_999_000),
	}
	for range 5000 {
		moments = append(moments, time.Unix(random.Int64N(1<<32), random.Int64N(1e9)), time.Unix(random.Int64N(1<<37), random.Int64N(1e9)))
	}
	var texts []string
	for _, m := range moments {
		texts = append(texts, wire.Seconds.Spell(m))
	}
	// The second half of the answer is what a Sidekiq asks of the value.
	r := startRuby(t, `def answer(text) = (f = JSON.parse(text); JSON.generate(f) + (f.is_a?(Float) ? "" : " is no Float"))`, "json")
	for i, reply := range r.askAll(texts...) {
		if ruby, _ := reply.text(); ruby != texts[i] {
			t.Errorf("seed %d: %v is %s, ruby %s", seed, moments[i], texts[i], ruby)
		}
	}
}

func TestTimesKeepTheirMicroseconds(t *testing.T) {
	for range 20_000 {
		at := time.Unix(rand.Int64N(1<<32), rand.Int64N(1e9))
		got, ok := wire.ReadTime(wire.Seconds.Spell(at))
		if want := at.Truncate(time.Microsecond); !ok || !got.Equal(want) {
			t.Fatalf("%v came back as %v", want, got)
		}
	}
}

func TestMillisecondsAreAnInteger(t *testing.T) {
	at := time.Unix(1795287947, 511_999_999)
	text := wire.Millis.Spell(at)
	if got, ok := wire.ReadTime(text); text != "1795287947511" || !ok || !got.Equal(at.Truncate(time.Millisecond)) {
		t.Errorf("%s is read as %v", text, got)
	}
}

func TestTimesOfAnySidekiqAreRead(t *testing.T) {
	for raw, want := range map[string]string{
		`1795287767.2486963`:      "2026-11-21T19:02:47.2486963Z", // 7
		`1795287947511`:           "2026-11-21T19:05:47.511Z",     // 8
		`1795287947.0`:            "2026-11-21T19:05:47Z",
		`1795287947`:              "2026-11-21T19:05:47Z", // an integer that is too small for milliseconds
		`1795287947511.0`:         "2026-11-21T19:05:47.511Z",
		`1795287947511.25`:        "2026-11-21T19:05:47.51125Z",
		`1.795287947511e12`:       "2026-11-21T19:05:47.511Z", // Lua's spelling of an integer
		`1.795287767248e+09`:      "2026-11-21T19:02:47.248Z",
		`"1795287767.2486963"`:    "2026-11-21T19:02:47.2486963Z",
		`"1795287947511"`:         "2026-11-21T19:05:47.511Z",
		`"\u0031795287947511"`:    "2026-11-21T19:05:47.511Z",
		`1795287767.123456789123`: "2026-11-21T19:02:47.123456789Z",
		`0`:                       "1970-01-01T00:00:00Z",
		`-1.5`:                    "1969-12-31T23:59:58.5Z",
		`-0.25`:                   "1969-12-31T23:59:59.75Z",
		`99999999999`:             "5138-11-16T09:46:39Z",
		`100000000000`:            "1973-03-03T09:46:40Z",
		`253402300799999`:         "9999-12-31T23:59:59.999Z",
		`0.000001`:                "1970-01-01T00:00:00.000001Z",
		`-62167219200000`:         "0000-01-01T00:00:00Z",
	} {
		if got, ok := wire.ReadTime(raw); !ok || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s is %v, %t, want %s", raw, got.UTC(), ok, want)
		}
	}
}

// Wherever the machine is, a time of the year 9999 stays one that goes into JSON.
func TestTimesAreReadInUTC(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("east", 9*3600)
	defer func() { time.Local = local }()
	for _, raw := range []string{"1795287767.5", "253402300799999"} {
		if got, ok := wire.ReadTime(raw); !ok || got.Location() != time.UTC {
			t.Errorf("%s is %v, %t", raw, got, ok)
		}
	}
}

func TestWhatIsNoTimeIsRefused(t *testing.T) {
	for _, raw := range []string{``, `""`, `"`, `"1`, `"\`, `"\0`, `"\u12"`, `"1"2"`, `null`, `true`, `"now"`, `"2026-11-21T19:02:47Z"`, `[1]`, `{}`, `NaN`, `1e400`, `1e18`, `-1e18`, `253402300800000`,
		`-62167219200001`, `99999999999999999999999`, `01`, `1.`, ` 1`, `"1795287767 "`, `0x10`, `1_000`, `-`} {
		if got, ok := wire.ReadTime(raw); ok {
			t.Errorf("%q is %v", raw, got)
		}
	}
}

// Ruby's own times have up to seven digits behind the point, the last of them lost
// to its rounding.
func TestTimesThatRubyWroteAreReadToTheMicrosecond(t *testing.T) {
	r := startRuby(t, `def answer(text) = (s, us = text.split.map(&:to_i); JSON.generate(Time.at(s, us).to_f))`, "json")
	var asked []string
	var moments []time.Time
	for range 2000 {
		at := time.Unix(1_700_000_000+rand.Int64N(1e9), rand.Int64N(1e6)*1000)
		moments = append(moments, at)
		asked = append(asked, fmt.Sprint(at.Unix(), at.Nanosecond()/1000))
	}
	for i, reply := range r.askAll(asked...) {
		raw, _ := reply.text()
		if got, ok := wire.ReadTime(raw); !ok || got.Sub(moments[i]).Abs() >= time.Microsecond {
			t.Errorf("%v is %s, read as %v", moments[i], raw, got)
		}
	}
}
