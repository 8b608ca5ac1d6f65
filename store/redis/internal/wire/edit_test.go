package wire_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

func set(name, raw string) wire.Change { return wire.Change{Name: name, Raw: raw} }
func drop(name string) wire.Change     { return wire.Change{Name: name} }

// edits are payloads, changes and what comes of them.
var edits = []struct {
	text    string
	changes []wire.Change
	want    string
}{
	{`{"a":1,"b":2}`, nil, `{"a":1,"b":2}`},
	{` { "a" : 1 } `, nil, ` { "a" : 1 } `},
	{`{"a":1,"b":2,"c":3}`, []wire.Change{set("b", "[]")}, `{"a":1,"b":[],"c":3}`},
	{`{"a":1,"b":2,"c":3}`, []wire.Change{drop("a")}, `{"b":2,"c":3}`},
	{`{"a":1,"b":2,"c":3}`, []wire.Change{drop("c"), drop("a"), drop("b")}, `{}`},
	{`{"a":1}`, []wire.Change{set("z", "1"), set("y", "2")}, `{"a":1,"z":1,"y":2}`},
	{`{"a":1}`, []wire.Change{drop("x")}, `{"a":1}`},
	{`{}`, []wire.Change{set("z", "1")}, `{"z":1}`},
	{` { } `, []wire.Change{drop("z")}, `{}`},
	{`{"a":1}`, []wire.Change{set("a", "2"), drop("a"), set("a", "3")}, `{"a":3}`},
	{`{"a":1}`, []wire.Change{set("z", "2"), drop("z")}, `{"a":1}`},
	{`{"a":1}`, []wire.Change{set("z", "1"), set("y", "1"), set("z", "2")}, `{"a":1,"y":1,"z":2}`},
	{`{"a":1,"b":2,"a":3}`, []wire.Change{set("a", "4")}, `{"a":4,"b":2}`},
	{`{"a":1,"b":2,"a":3}`, []wire.Change{drop("a")}, `{"b":2}`},
	{`{"a":1,"b":2,"a":3}`, []wire.Change{set("b", "4")}, `{"a":1,"b":4,"a":3}`},
	{`{"\u0061":1,"b":2}`, []wire.Change{set("a", "4")}, `{"a":4,"b":2}`},
	{`{"\u0061":1.50,"b":[ 1 ]}`, []wire.Change{set("b2", "4")}, `{"\u0061":1.50,"b":[ 1 ],"b2":4}`},
	{"{ \"a\" : [ 1 ] ,\n \"b\" : 2 }", []wire.Change{set("b", "3")}, `{"a" : [ 1 ],"b":3}`},
	{`{"a":1}`, []wire.Change{set("q\"\n", "1")}, `{"a":1,"q\"\n":1}`},
	{`{"":1}`, []wire.Change{set("", "2")}, `{"":2}`},
}

func TestAnEditTouchesWhatItNamesAndNothingElse(t *testing.T) {
	for _, e := range edits {
		if got := parse(t, e.text).With(e.changes...); got != e.want {
			t.Errorf("%s with %v\n got %s\nwant %s", e.text, e.changes, got, e.want)
		}
	}
}

func TestAnEditIsAppendedToWhatIsThere(t *testing.T) {
	for _, e := range edits {
		if got := string(parse(t, e.text).Append([]byte("so far,"), e.changes...)); got != "so far,"+e.want {
			t.Errorf("%s with %v\n got %s\nwant %s", e.text, e.changes, got, e.want)
		}
	}
}

func TestManyEditsAtOnceAreOnePass(t *testing.T) {
	var text, want strings.Builder
	var changes []wire.Change
	for i := range 100 {
		fmt.Fprintf(&text, `,"f%d":%d`, i, i)
		changes = append(changes, set(fmt.Sprintf("f%d", i), "true"))
		fmt.Fprintf(&want, `,"f%d":true`, i)
	}
	if got := parse(t, "{"+text.String()[1:]+"}").With(changes...); got != "{"+want.String()[1:]+"}" {
		t.Errorf("got %s", got)
	}
}

func TestAPayloadIsMadeFromNothing(t *testing.T) {
	var p wire.Payload
	got := p.With(set("retry", "true"), set("class", wire.Quote("HardJob")), set("args", "[]"))
	if got != `{"retry":true,"class":"HardJob","args":[]}` {
		t.Errorf("got %s", got)
	}
}

func TestAroundLeavesOutOneValue(t *testing.T) {
	for _, test := range []struct {
		text       string
		changes    []wire.Change
		head, tail string
	}{
		{`{"a":1}`, nil, `{"a":1,"t":`, `}`},
		{`{}`, nil, `{"t":`, `}`},
		{`{"a":1,"t":2,"b":3}`, nil, `{"a":1,"t":`, `,"b":3}`},
		{`{"t":2,"b":3}`, nil, `{"t":`, `,"b":3}`},
		{`{"a":1,"t":2,"b":3}`, []wire.Change{drop("t")}, `{"a":1,"b":3,"t":`, `}`},
		{`{"a":1,"t":2,"b":3}`, []wire.Change{set("t", "9")}, `{"a":1,"t":`, `,"b":3}`},
		{`{"a":1}`, []wire.Change{set("t", "9"), set("z", "1")}, `{"a":1,"z":1,"t":`, `}`},
		{`{"t":1,"b":3,"t":2}`, nil, `{"t":`, `,"b":3}`},
		{`{"a":1,"t":2}`, []wire.Change{drop("a"), set("z", "1")}, `{"t":`, `,"z":1}`},
	} {
		head, tail := parse(t, test.text).Around("t", test.changes...)
		if head != test.head || tail != test.tail {
			t.Errorf("%s with %v: %s … %s", test.text, test.changes, head, tail)
		}
	}
}

// A model with maps, which knows no order and no spelling, agrees about values.
func TestRandomEditsMeanWhatTheySay(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 4))
	for range 20_000 {
		text := randomObject(random)
		model := map[string]any{}
		if err := json.Unmarshal([]byte(text), &model); err != nil {
			continue // a number too large for Go
		}
		var changes []wire.Change
		for range random.IntN(5) {
			c := wire.Change{Name: [...]string{"a", "b", "c", "x1", "x2", ""}[random.IntN(6)]}
			delete(model, c.Name)
			if random.IntN(3) > 0 {
				n := random.IntN(100)
				c.Raw, model[c.Name] = fmt.Sprint(n), float64(n)
			}
			changes = append(changes, c)
		}
		edited, got := parse(t, text).With(changes...), map[string]any{}
		if err := json.Unmarshal([]byte(edited), &got); err != nil {
			t.Fatalf("seed %d: %q with %v: %q: %v", seed, text, changes, edited, err)
		}
		if !reflect.DeepEqual(got, model) {
			t.Fatalf("seed %d: %q with %v\n got %q", seed, text, changes, edited)
		}
	}
}

func randomObject(r *rand.Rand) string {
	for {
		if text := strings.TrimSpace(randomJSON(r)); text[0] == '{' {
			return text
		}
	}
}

func TestAnEditOfAUsualPayloadAllocatesOnce(t *testing.T) {
	p := parse(t, usual)
	if n := testing.AllocsPerRun(100, func() { p.With(set("retry_count", "0"), drop("cattr")) }); n > 1 {
		t.Errorf("With: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { p.Around("enqueued_at") }); n > 1 {
		t.Errorf("Around: %v allocations", n)
	}
}
