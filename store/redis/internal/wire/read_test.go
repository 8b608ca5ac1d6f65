package wire_test

import (
	"slices"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// One field of each kind of value.
const kinds = `{"string":"a\n\u00e9\ud83d\ude00b","int":-12,"big":9223372036854775808,"float":1.5,"exp":1e3,"huge":1e400,` +
	`"true":true,"false":false,"null":null,"strings":[ "a" , "\"b" ],"none":[],"mixed":["a",1],"object":{},"empty":"","seconds":"1795287767.5"}`

// founds are the fields that a method reads.
func founds(t *testing.T, read func(p *wire.Payload, name string) wire.Found) map[wire.Found][]string {
	t.Helper()
	p := parse(t, kinds)
	got := map[wire.Found][]string{}
	for name := range p.Fields() {
		f := read(p, name)
		got[f] = append(got[f], name)
	}
	got[read(p, "nowhere")] = append(got[read(p, "nowhere")], "nowhere")
	return got
}

func TestAFieldOfAnotherTypeIsNotAbsent(t *testing.T) {
	for name, test := range map[string]struct {
		read func(p *wire.Payload, name string) wire.Found
		ok   []string
	}{
		"String":  {func(p *wire.Payload, name string) wire.Found { _, f := p.String(name); return f }, []string{"string", "empty", "seconds"}},
		"Int":     {func(p *wire.Payload, name string) wire.Found { _, f := p.Int(name); return f }, []string{"int"}},
		"Float":   {func(p *wire.Payload, name string) wire.Found { _, f := p.Float(name); return f }, []string{"int", "big", "float", "exp"}},
		"Bool":    {func(p *wire.Payload, name string) wire.Found { _, f := p.Bool(name); return f }, []string{"true", "false"}},
		"Strings": {func(p *wire.Payload, name string) wire.Found { _, f := p.Strings(name); return f }, []string{"strings", "none"}},
		"Time":    {func(p *wire.Payload, name string) wire.Found { _, f := p.Time(name); return f }, []string{"int", "float", "exp", "seconds"}},
	} {
		got := founds(t, test.read)
		if !slices.Equal(got[wire.OK], test.ok) {
			t.Errorf("%s reads %v", name, got[wire.OK])
		}
		if !slices.Equal(got[wire.Absent], []string{"nowhere"}) || !slices.Equal(got[wire.Null], []string{"null"}) {
			t.Errorf("%s: absent %v, null %v", name, got[wire.Absent], got[wire.Null])
		}
		if n := len(got[wire.Other]) + len(test.ok); n != 14 {
			t.Errorf("%s: %d fields are there, of another type %v", name, n, got[wire.Other])
		}
	}
}

func TestFieldsAreReadAsWhatTheySay(t *testing.T) {
	p := parse(t, kinds)
	s, _ := p.String("string")
	n, _ := p.Int("int")
	f, _ := p.Float("exp")
	yes, _ := p.Bool("true")
	no, _ := p.Bool("false")
	list, _ := p.Strings("strings")
	none, _ := p.Strings("none")
	if s != "a\né😀b" || n != -12 || f != 1000 || !yes || no {
		t.Errorf("%q %d %v %t %t", s, n, f, yes, no)
	}
	if !slices.Equal(list, []string{"a", `"b`}) || none == nil || len(none) != 0 {
		t.Errorf("%q %#v", list, none)
	}
}

func TestHalfOfASurrogatePairIsReadAsTheReplacementCharacter(t *testing.T) {
	for raw, want := range map[string]string{
		`"\ud800"`: "\ufffd", `"a\udc00b"`: "a\ufffdb", `"\ud800\ud800\udc00"`: "\ufffd\U00010000", `"\ud800\u0041"`: "\ufffdA",
		`"\ud800\n"`: "\ufffd\n", `"\ud83dxudc00"`: "\ufffdxudc00", `"\uD83D\uDE00"`: "😀", `"\ufffd"`: "\ufffd",
	} {
		if got, _ := parse(t, `{"a":`+raw+`}`).String("a"); got != want {
			t.Errorf("%s is %q", raw, got)
		}
	}
}
