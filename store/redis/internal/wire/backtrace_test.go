package wire_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

var trace = []string{"/app/jobs/fail.rb:3:in `perform'", "/gems/sidekiq/processor.rb:202 \"é\"\n", ""}

func TestABacktraceOfOursIsReadByRuby(t *testing.T) {
	r := startRuby(t, `def answer(text) = Zlib::Inflate.inflate(text.unpack1("m0")).force_encoding("UTF-8")`, "zlib")
	want, _ := json.Marshal(trace)
	if got, _ := r.ask(wire.Backtrace(trace)); got != string(want) {
		t.Errorf("got %s", got)
	}
}

func TestABacktraceOfRubyIsReadWithAndWithoutLineBreaks(t *testing.T) {
	text, _ := json.Marshal(trace)
	for _, script := range []string{
		`def answer(text) = [Zlib::Deflate.deflate(text)].pack("m")`,
		`def answer(text) = [Zlib::Deflate.deflate(text)].pack("m0")`,
	} {
		packed, _ := startRuby(t, script, "zlib").ask(string(text))
		if got, err := wire.ReadBacktrace(packed); err != nil || !slices.Equal(got, trace) {
			t.Errorf("%q: %q, %v", packed, got, err)
		}
	}
}

// Recorded from Sidekiq 7.3.10 and 6.4.1.
func TestRecordedBacktracesAreRead(t *testing.T) {
	for _, packed := range []string{
		"eJydzFEOgjAQRdGtNP0BE3UENRq2Qow6dUwqxSkzYHD3VtEN+PluXk5toW8jaBfOCDdGXQpWxaryd3OKJFeWNrPz6SQDPoNHBfUXany32K1HSOG3IQo7UmV5I2U5KTSSG3o6JvxPqdhvPxIGdo3JNybQg4LOTIrfY2YPLwqVRoY=",
		"eJy1zUEOgjAQQNGrNN2giTBiCIlcxRhtccTKQGGmNXp7sdEjuP35yTtoCMME\nMpOxcPdWCrZNuW3cqM4T8tXzkOmNhigMcjOMwNG+Ohwkd2PAjk1wfgRDBJ8I\n4i7Yuzmvi6oogZz9FZjYtyjiOQn7OhH4xDYGPC3yX5i6Sowl3/ZqtVOEDyRZ\nqyV+x0wf3+E6W3k=\n",
	} {
		lines, err := wire.ReadBacktrace(packed)
		if err != nil || len(lines) < 1 || !strings.Contains(lines[0], ".rb:") {
			t.Errorf("%q, %v", lines, err)
		}
	}
}

func TestABacktraceWithoutPaddingIsRead(t *testing.T) {
	packed := strings.TrimRight(wire.Backtrace([]string{"a", "bc"}), "=")
	if got, err := wire.ReadBacktrace(packed); err != nil || !slices.Equal(got, []string{"a", "bc"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestABacktraceUnfoldsToItsLimitAndNoFurther(t *testing.T) {
	if lines, err := wire.ReadBacktrace(pack(t, `["a"`, wire.MaxBacktrace-5, `]`)); err != nil || len(lines) != 1 {
		t.Errorf("at the limit: %q, %v", lines, err)
	}
	for _, spaces := range []int{wire.MaxBacktrace - 4, 20 << 20} {
		if lines, err := wire.ReadBacktrace(pack(t, `["a"`, spaces, `]`)); !errors.Is(err, wire.ErrBacktrace) {
			t.Errorf("%d spaces: %q, %v", spaces, lines, err)
		}
	}
}

func TestABombOfABacktraceCostsNoMoreThanItsLimit(t *testing.T) {
	var before, after runtime.MemStats
	bomb := pack(t, `["a"`, 50<<20, `]`)
	runtime.ReadMemStats(&before)
	wire.ReadBacktrace(bomb)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 10*wire.MaxBacktrace {
		t.Errorf("%d bytes for one of %d", n, len(bomb))
	}
}

// pack compresses a text with so many spaces in its midst.
func pack(t *testing.T, begin string, spaces int, end string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(begin))
	for piece := bytes.Repeat([]byte(" "), 1<<16); spaces > 0; spaces -= len(piece) {
		z.Write(piece[:min(len(piece), spaces)])
	}
	z.Write([]byte(end))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestWhatIsNoBacktraceIsRefused(t *testing.T) {
	whole := wire.Backtrace(trace)
	for _, packed := range []string{"", "=", "not base64!", "aGVsbG8=", whole[:len(whole)/2], pack(t, `{}`, 0, ""), pack(t, `[1]`, 0, ""), pack(t, `["a"`, 0, ""), pack(t, `["a"] x`, 0, "")} {
		if lines, err := wire.ReadBacktrace(packed); !errors.Is(err, wire.ErrBacktrace) {
			t.Errorf("%q: %q, %v", packed, lines, err)
		}
	}
}

func TestLinesThatAreNotUTF8AreMended(t *testing.T) {
	if got, err := wire.ReadBacktrace(wire.Backtrace([]string{"a\xff"})); err != nil || got[0] != "a\ufffd" {
		t.Errorf("%q, %v", got, err)
	}
}
