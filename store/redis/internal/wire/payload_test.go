package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

func parse(t *testing.T, text string) *wire.Payload {
	t.Helper()
	p, err := wire.Parse(text)
	if err != nil {
		t.Fatalf("%.200q: %v", text, err)
	}
	return &p
}

func TestWhatIsNoJSONIsRefusedAndWhereIsSaid(t *testing.T) {
	for text, says := range map[string]string{
		``:                                 "ends after 0 bytes",
		` `:                                "ends after 1 bytes",
		`{`:                                "ends after 1 bytes",
		`{"a"`:                             "ends after 4 bytes",
		`{"a":`:                            "ends after 5 bytes",
		`{"a":1`:                           "ends after 6 bytes",
		`{"a":1} x`:                        "'x' at byte 8",
		`{"a":1}}`:                         "'}' at byte 7",
		`{"a":1,}`:                         "'}' at byte 7",
		`{,"a":1}`:                         "',' at byte 1",
		`{"a" 1}`:                          "'1' at byte 5",
		`{a:1}`:                            "'a' at byte 1",
		`{"a":[1,]}`:                       "']' at byte 8",
		`{"a":[1 2]}`:                      "'2' at byte 8",
		`{"a":[1}`:                         "'}' at byte 7",
		`{"a":01}`:                         "'1' at byte 6",
		`{"a":-}`:                          "'}' at byte 6",
		`{"a":+1}`:                         "'+' at byte 5",
		`{"a":.5}`:                         "'.' at byte 5",
		`{"a":1.}`:                         "'}' at byte 7",
		`{"a":1e}`:                         "'}' at byte 7",
		`{"a":1e+}`:                        "'}' at byte 8",
		`{"a":0x1}`:                        "'x' at byte 6",
		`{"a":NaN}`:                        "'N' at byte 5",
		`{"a":-Infinity}`:                  "'I' at byte 6",
		`{"a":tru}`:                        "'}' at byte 8",
		`{"a":nulL}`:                       "'L' at byte 8",
		`{"a":True}`:                       "'T' at byte 5",
		`{"a":"\x"}`:                       `'x' at byte 7`,
		`{"a":"\u12"}`:                     `'"' at byte 10`,
		`{"a":"\u12G4"}`:                   `'G' at byte 10`,
		`{"a":"`:                           "ends after 6 bytes",
		`{"a":"\`:                          "ends after 7 bytes",
		`{"a":'b'}`:                        `'\'' at byte 5`,
		`{"a":/**/1}`:                      "'/' at byte 5",
		"{\"a\":\"x\ny\"}":                 `'\n' at byte 7`,
		"{\"a\":\"\x00\"}":                 `'\x00' at byte 6`,
		"{\"a\":\"\xff\"}":                 "byte 6 is not UTF-8",
		"{\"a\":\"\xed\xa0\x80\"}":         "byte 6 is not UTF-8",
		"{\"a\":\"\ufffd\xc3\"}":           "byte 9 is not UTF-8",
		"\ufeff{}":                         `'\ufeff' at byte 0`,
		"\v{}":                             `'\v' at byte 0`,
		"{}\x00":                           `'\x00' at byte 2`,
		"{not json":                        "'n' at byte 1",
		strings.Repeat(`{"a":`, 20_000):    "nested too deep",
		`{"a":` + strings.Repeat(`[`, 2e4): "nested too deep",
	} {
		_, err := wire.Parse(text)
		if !errors.Is(err, wire.ErrJSON) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60q: %v, want %q", text, err, says)
		}
	}
}

func TestJSONThatIsNoObjectIsTold(t *testing.T) {
	for _, text := range []string{`[]`, ` [1,{"a":2}] `, `null`, `1`, `-1.5e3`, `"{}"`, `true`} {
		if _, err := wire.Parse(text); !errors.Is(err, wire.ErrNotObject) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRandomTextsAreTakenAsEncodingJSONTakesThem(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 3))
	taken := 0
	for range 100_000 {
		text := damaged(random, `{"a":`+randomJSON(random)+`}`)
		_, err := wire.Parse(text)
		valid := utf8.ValidString(text) && json.Valid([]byte(text))
		if (err == nil) != valid && !errors.Is(err, wire.ErrNotObject) {
			t.Fatalf("seed %d: %q: %v, valid is %t", seed, text, err, valid)
		}
		if err == nil {
			taken++
		}
	}
	if taken < 10_000 || taken > 90_000 {
		t.Errorf("%d of 100000 taken", taken)
	}
}

// damaged changes a text a little, often.
func damaged(r *rand.Rand, text string) string {
	b := []byte(text)
	for range r.IntN(3) {
		i := r.IntN(len(b))
		switch r.IntN(4) {
		case 0:
			b[i] = byte(r.IntN(256))
		case 1:
			b = slices.Insert(b, i, `{}[]",:\u0e-. tn1`[r.IntN(17)])
		case 2:
			b = slices.Delete(b, i, i+1)
		case 3:
			b = b[:i+1]
		}
		if len(b) == 0 {
			return ""
		}
	}
	return string(b)
}

func TestArgumentsAsDeepAsEncodingJSONReadsFitIntoAPayload(t *testing.T) {
	args := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	if !json.Valid([]byte(args)) {
		t.Fatal("encoding/json does not read it")
	}
	if raw, _ := parse(t, `{"args":[`+args+`]}`).Raw("args"); raw != "["+args+"]" {
		t.Errorf("%d bytes came back", len(raw))
	}
}

func TestFieldsComeInOrderAsTheyAreWritten(t *testing.T) {
	p := parse(t, ` { "b" : [ 1, {"a":2} ] ,"a":1.50,"\u0063":"x\/y","d": null } `)
	var got []string
	for name, raw := range p.Fields() {
		got = append(got, name+"="+raw)
	}
	if want := []string{`b=[ 1, {"a":2} ]`, `a=1.50`, `c="x\/y"`, `d=null`}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestOfRepeatedNamesTheLastCounts(t *testing.T) {
	p := parse(t, `{"a":1,"b":2,"a":3,"\u0062":4}`)
	var got []string
	for name, raw := range p.Fields() {
		got = append(got, name+"="+raw)
	}
	if !slices.Equal(got, []string{"a=3", "b=4"}) {
		t.Errorf("fields %q", got)
	}
	a, _ := p.Int("a")
	b, _ := p.Int("b")
	if a != 3 || b != 4 {
		t.Errorf("a %d, b %d", a, b)
	}
}

func TestTheTextComesBackAsItWas(t *testing.T) {
	for _, text := range []string{usual, ` { "a" : 1 } `, "{}"} {
		if got := parse(t, text).Text(); got != text {
			t.Errorf("got %q of %q", got, text)
		}
	}
	var zero wire.Payload
	if zero.Text() != "{}" {
		t.Errorf("the zero payload is %q", zero.Text())
	}
}

func TestParseOfAUsualPayloadAllocatesOnce(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { wire.Parse(usual) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

// These take minutes where something is done again for each level or each field.
func TestHugeHostileTextsAreReadInOneGo(t *testing.T) {
	const size = 1 << 20
	nest := func(open, inside, end string) string {
		return strings.Repeat(open, 9_990) + inside + strings.Repeat(end, 9_990)
	}
	var names strings.Builder
	for i := range 400_000 {
		fmt.Fprintf(&names, `"%d":1,`, i)
	}
	for name, text := range map[string]string{
		"distinct": "{" + names.String() + `"z":1}`,
		"brackets": strings.Repeat("[", 16*size),
		"braces":   strings.Repeat(`{"a":`, 3*size),
		"names":    "{" + strings.Repeat(`"ab":1,`, size/14) + strings.Repeat(`"enqueued_at":1,`, size/32) + `"z":1}`,
		"repeated": nest(`{"a":0,"a":`, `"`+strings.Repeat("x", size)+`"`, "}"),
		"wide":     `{"a":[` + strings.Repeat(`{"a":1,"a":2},`, size/14) + `1]}`,
		"digits":   `{"a":` + strings.Repeat("7", size) + `.` + strings.Repeat("7", size) + `e` + strings.Repeat("0", size) + `}`,
		"spaces":   `{"a":` + strings.Repeat(" ", size) + `1}`,
		"unknown":  strings.Repeat(`{"value":`, 95) + `[` + strings.Repeat("[],", size/3) + `1]` + strings.Repeat(`,"_aj_serialized":"Mine"}`, 95),
	} {
		p, err := wire.Parse(text)
		if (err == nil) == (name == "brackets" || name == "braces") {
			t.Errorf("%s: %v", name, err)
		}
		p.With(wire.Change{Name: "enqueued_at", Raw: "1"})
		p.Around("enqueued_at", wire.Change{Name: "ab", Raw: "2"})
		for range p.Fields() {
			continue
		}
		wire.AppendRuby(nil, []byte(text))
		wire.ActiveJob(`[{"job_class":"X","arguments":[` + text + `]}]`)
	}
}
