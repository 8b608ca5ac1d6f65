package wire_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

func spell(t *testing.T, text string) string {
	t.Helper()
	out, err := wire.AppendRuby(nil, []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return string(out)
}

func TestRandomJSONIsSpelledAsRubyDoes(t *testing.T) {
	r := startRuby(t, respell, "json")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	texts := make([]string, 20_000)
	for i := range texts {
		texts[i] = randomJSON(random)
	}
	refused, wrong := 0, 0
	for i, reply := range r.askAll(texts...) {
		want, ok := reply.text()
		if !ok {
			if refused++; !strings.Contains(want, "Infinity not allowed") {
				t.Fatalf("seed %d: Ruby refuses %q: %s", seed, texts[i], want)
			}
			continue
		}
		if got := spell(t, texts[i]); got != want {
			if wrong++; wrong < 10 {
				t.Errorf("seed %d: %q\n got %q\nruby %q", seed, texts[i], got, want)
			}
		}
	}
	if wrong > 0 || refused > len(texts)/10 {
		t.Errorf("%d texts, %d wrong, %d refused by Ruby", len(texts), wrong, refused)
	}
}

func tooLarge(number string) bool {
	_, err := strconv.ParseFloat(number, 64)
	return err != nil
}

func TestRandomFloatsAreSpelledAsRubyDoes(t *testing.T) {
	r := startRuby(t, respell, "json")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 2))
	texts := make([]string, 300)
	for i := range texts {
		floats := make([]string, 500)
		for k := range floats {
			floats[k] = randomFloat(random)
			for tooLarge(floats[k]) || floats[k] == "-0" {
				floats[k] = randomFloat(random)
			}
		}
		texts[i] = "[" + strings.Join(floats, ",") + "]"
	}
	for i, reply := range r.askAll(texts...) {
		want, ok := reply.text()
		if !ok {
			t.Fatalf("seed %d: %s", seed, want)
		}
		got := strings.Split(spell(t, texts[i]), ",")
		for k, w := range strings.Split(want, ",") {
			if got[k] != w {
				t.Errorf("seed %d: %s\n got %s\nruby %s", seed, strings.Split(texts[i], ",")[k], got[k], w)
			}
		}
	}
}

// Texts that a random one hardly hits.
var corners = []string{
	`0`, `-0.0`, `0.0`, `-0e1`, `0E-7`, `1e15`, `999999999999999.9`, `999999999999999.0`, `1000000000000000.0`, `1000000000000000.5`,
	`4503599627370495.5`, `9007199254740993.0`, `1e16`, `1E+22`, `1.0e23`, `0.0001`, `0.00010`, `0.00009999`, `1e-4`, `9.9e-5`, `5e-324`, `2.4e-324`, `1e-400`, `-1e-400`,
	`1.7976931348623157e308`, `0.1`, `1.10`, `100`, `1e2`, `12345678901234567890`, `-12345678901234567890123456789012345678901234567890`, `1795287767.2486963`,
	`""`, `"\u0000\u0001\u001f\u001F\u007f\u0080"`, `"\b\f\n\r\t\"\\\/"`, `"\u0008\u000C\u000a\u000D\u0009\u0022\u005c\u002F"`, `"<>&'\u2028\u2029"`, `"\ud83d\ude00\uD83D\uDE00"`,
	`"\udbff\udfff\uffff\ufffe"`, `[]`, `{}`, ` [ ] `, "\t{\n}\r", `[[],{},[{}]]`, `{"a":{"a":1,"a":2},"b":1,"a":{"c":1,"c":[{"d":1,"d":2}]}}`, `{"\u0061":1,"a":2,"b":3,"\u0061":4}`,
	`{"a":1,"a":{"a":1.50}}`, `{ "a" :1 , "a" : [ 1.0 , 2 ] , "b\/" : 1 }`, `{"":1,"":2}`, `true`, `null`, `[null,true,false]`,
	strings.Repeat("[", 100) + strings.Repeat("]", 100), strings.Repeat(`{"a":1,"a":`, 100) + "2" + strings.Repeat("}", 100),
}

func TestCornersOfJSONAreSpelledAsRubyDoes(t *testing.T) {
	for i, reply := range startRuby(t, respell, "json").askAll(corners...) {
		want, ok := reply.text()
		if !ok {
			t.Errorf("Ruby refuses %s: %s", corners[i], want)
		} else if got := spell(t, corners[i]); got != want {
			t.Errorf("%s\n got %s\nruby %s", corners[i], got, want)
		}
	}
}

// Ruby is asked too, so that it is known when one of them becomes spellable.
func TestWhatRubyCannotSpellStaysAsItIs(t *testing.T) {
	deep := strings.Repeat("[", 101) + `{"a":1,"a":2}` + strings.Repeat("]", 101)
	texts := []string{`1e400`, `[-1.50E+999]`, `"\ud800"`, `"a\uDC00b"`, `"\ude00\ud83d"`, `{"\ud800":1}`, deep}
	for i, reply := range startRuby(t, respell, "json").askAll(texts...) {
		if ruby, ok := reply.text(); ok {
			t.Errorf("Ruby spells %s: %s", texts[i], ruby)
		}
		if got := spell(t, texts[i]); got != texts[i] {
			t.Errorf("%s became %s", texts[i], got)
		}
	}
}

func TestASpellingIsAppendedToWhatIsThere(t *testing.T) {
	for _, text := range append(corners, usual, `{ "a" : 1, "a" : 2 }`) {
		got, err := wire.AppendRuby([]byte("so far,"), []byte(text))
		if err != nil || string(got) != "so far,"+spell(t, text) {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

func TestNothingIsAppendedOfWhatIsNoJSON(t *testing.T) {
	for _, text := range []string{``, ` `, `{`, `[1 ,x]`, `{"a" : 1e}`, `{"a":1} 2`, `{"a\n" x`, `{"a":1,"a":2,}`, "[ \"\xff\"]", `nul`, `-`, `[-0 }`, strings.Repeat("[ ", 20_000)} {
		got, err := wire.AppendRuby([]byte("so far,"), []byte(text))
		if !errors.Is(err, wire.ErrJSON) || string(got) != "so far," {
			t.Errorf("%.50q: %q, %v", text, got, err)
		}
	}
}

func TestASpellingChangesNoSource(t *testing.T) {
	text := `{ "a" : 1.50, "a" : "\u0061\/" }`
	source := []byte(text)
	wire.AppendRuby(make([]byte, 0, 100), source)
	if string(source) != text {
		t.Errorf("it became %s", source)
	}
}

func TestTextsAreSpelledAsRubyDoes(t *testing.T) {
	var all strings.Builder
	for r := range rune(0x300) {
		all.WriteRune(r)
	}
	all.WriteString("\u2028\u2029\ufeff\uffff😀/<&>'")
	want, _ := startRuby(t, `def answer(text) = JSON.generate(text)`, "json").ask(all.String())
	if got := wire.Quote(all.String()); got != want {
		t.Errorf("got %s\nruby %s", got, want)
	}
}

func TestATextThatIsNotUTF8IsMendedForJSON(t *testing.T) {
	if got := wire.Quote("a\xff\n\xc3"); got != `"a`+"\ufffd"+`\n`+"\ufffd"+`"` {
		t.Errorf("got %q", got)
	}
}

func TestFloatsThatAreNoNumbersAreNull(t *testing.T) {
	for _, f := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
		if got := wire.AppendFloat([]byte("x"), f); string(got) != "xnull" {
			t.Errorf("%v is %s", f, got)
		}
	}
}

func TestASpellingThatIsSoAlreadyAllocatesNothing(t *testing.T) {
	dst, text := make([]byte, 0, 1024), []byte(usual)
	if n := testing.AllocsPerRun(100, func() { wire.AppendRuby(dst, text) }); n > 0.5 { // a collection may empty the pool
		t.Errorf("%v allocations", n)
	}
}

// TestANegativeZeroKeepsItsSign: Ruby would make 0 of it, and leaves what it is spelled as
// here.
func TestANegativeZeroKeepsItsSign(t *testing.T) {
	got := spell(t, `[-0,{"a":-0}]`)
	if got != `[-0.0,{"a":-0.0}]` {
		t.Errorf("got %s", got)
	}
	if again, _ := startRuby(t, respell, "json").askAll(got)[0].text(); again != got {
		t.Errorf("Ruby spells %s as %s", got, again)
	}
}
