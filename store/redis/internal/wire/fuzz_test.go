package wire_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

func addTexts(f *testing.F) {
	for _, text := range append(corners, usual, kinds, recordedActiveJob, `{"a" : 1, "b\n":[], "a": "\ud800"}`, "{not json", `[{"job_class":"X","arguments":[{"_aj_serialized":"U"}]}]`) {
		f.Add(text)
	}
}

func FuzzParse(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := wire.Parse(text)
		valid := utf8.ValidString(text) && json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
		if (err == nil) != valid {
			t.Fatalf("%v, valid is %t", err, valid)
		}
		if err != nil {
			return
		}
		var model map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &model); err != nil {
			t.Fatal(err)
		}
		n := 0
		for name, raw := range p.Fields() {
			if n++; string(model[name]) != raw {
				t.Errorf("%q is %s, not %s", name, raw, model[name])
			}
			p.String(name)
			p.Int(name)
			p.Float(name)
			p.Bool(name)
			p.Strings(name)
			p.Time(name)
		}
		if n != len(model) {
			t.Errorf("%d fields, not %d", n, len(model))
		}
	})
}

func FuzzEdit(f *testing.F) {
	f.Add(usual, "enqueued_at", "retry")
	f.Add(`{"a":1,"\u0061":2}`, "a", "")
	f.Fuzz(func(t *testing.T, text, changed, taken string) {
		p, err := wire.Parse(text)
		if err != nil || !utf8.ValidString(changed) || !utf8.ValidString(taken) {
			return
		}
		var want, got, around map[string]json.RawMessage
		json.Unmarshal([]byte(text), &want)
		delete(want, taken)
		want[changed] = json.RawMessage("7")
		changes := []wire.Change{{Name: taken}, {Name: changed, Raw: "7"}}
		edited := p.With(changes...)
		if err := json.Unmarshal([]byte(edited), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q, %v", edited, err)
		}
		if changed == "" {
			return
		}
		head, tail := p.Around(changed, changes...)
		if err := json.Unmarshal([]byte(head+"7"+tail), &around); err != nil || !reflect.DeepEqual(around, want) {
			t.Errorf("around: %q … %q, %v", head, tail, err)
		}
	})
}

func FuzzAppendRuby(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := wire.AppendRuby(nil, []byte(text))
		if valid := utf8.ValidString(text) && json.Valid([]byte(text)); (err == nil) != valid {
			t.Fatalf("%v, valid is %t", err, valid)
		}
		if err != nil {
			return
		}
		if again, err := wire.AppendRuby(nil, got); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%q is spelled again as %q, %v", got, again, err)
		}
		var was, is any
		if json.Unmarshal([]byte(text), &was) == nil { // no number is too large for Go
			if err := json.Unmarshal(got, &is); err != nil || !reflect.DeepEqual(was, is) {
				t.Errorf("%q means something else, %v", got, err)
			}
		}
	})
}

func FuzzActiveJob(f *testing.F) {
	addTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, args := range []string{text, `[{"job_class":"X","arguments":[` + text + `]}]`} {
			_, plain, _, ok, err := wire.ActiveJob(args)
			if ok && err == nil && !json.Valid(plain) {
				t.Errorf("%q", plain)
			}
		}
	})
}

func FuzzReadTime(f *testing.F) {
	for _, raw := range []string{`1795287767.2486963`, `1795287947511`, `"-1.5e3"`, `1e400`} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if at, ok := wire.ReadTime(raw); ok {
			if _, err := at.UTC().MarshalJSON(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzReadBacktrace(f *testing.F) {
	f.Add(wire.Backtrace(trace))
	f.Add("eJwDAAAAAAE=")
	f.Fuzz(func(t *testing.T, packed string) { wire.ReadBacktrace(packed) })
}
