package wire

import (
	"fmt"
	"iter"
	"math"
	"strings"
)

// A Payload is one JSON object as text, and where its fields are. It does not
// change: edits make new texts. The zero Payload is the empty object.
type Payload struct {
	text    string
	fields  []field
	escaped bool // some name has a backslash
}

// A field is where one field of a payload stands in its text: its name from its
// opening quote up to and with its closing one, its value.
type field struct {
	name, nameEnd, value, end int32
}

// usual is how many fields a payload has at most as a rule.
const usual = 10

// Parse reads a text that must be one JSON object in UTF-8, nested no deeper than
// encoding/json reads, and shorter than 2 GiB. The error is ErrJSON or
// ErrNotObject. The payload holds on to the text.
func Parse(text string) (Payload, error) {
	if len(text) > math.MaxInt32 {
		return Payload{}, fmt.Errorf("%w: %d bytes are too many", ErrJSON, len(text))
	}
	if bad := checkUTF8(text); bad < 0 {
		return Payload{}, explain(text, bad)
	}
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != '{' {
		return Payload{}, notObject(text, i)
	}
	p := Payload{text: text}
	if i = p.scan(i); i >= 0 {
		i = skipEnd(text, i)
	}
	if i < 0 {
		return Payload{}, explain(text, i)
	}
	return p, nil
}

// notObject says what a text is whose first byte at i begins no object.
func notObject(text string, i int) error {
	if i = skipValue(text, i, 0); i >= 0 {
		i = skipEnd(text, i)
	}
	if i < 0 {
		return explain(text, i)
	}
	return ErrNotObject
}

// skipEnd wants nothing but space up to the end.
func skipEnd(text string, i int) int {
	if i = skipSpace(text, i); i < len(text) {
		return ^i
	}
	return i
}

// scan reads the fields of the object that begins at i.
func (p *Payload) scan(i int) int {
	i = skipSpace(p.text, i+1)
	if i < len(p.text) && p.text[i] == '}' {
		return i + 1
	}
	p.fields = make([]field, 0, usual)
	for again := true; again; {
		f := field{name: int32(i)}
		end, value := skipName(p.text, i)
		if value < 0 {
			return value
		}
		if i = skipValue(p.text, value, 1); i < 0 {
			return i
		}
		f.nameEnd, f.value, f.end = int32(end), int32(value), int32(i)
		p.fields = append(p.fields, f)
		p.escaped = p.escaped || strings.IndexByte(p.text[f.name:f.nameEnd], '\\') >= 0
		i, again = more(p.text, i, '}')
	}
	return i
}

// Text is the payload as it was parsed.
func (p *Payload) Text() string {
	if p.text == "" {
		return "{}"
	}
	return p.text
}

// Fields yields each field's name and its value as it is written, in order. Of
// fields with the same name only the last one counts, as in Ruby.
func (p *Payload) Fields() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		last := make(map[string]int, len(p.fields))
		for k := range p.fields {
			last[p.nameOf(k)] = k
		}
		for k := range p.fields {
			if name := p.nameOf(k); last[name] == k && !yield(name, p.valueOf(k)) {
				return
			}
		}
	}
}

// find answers which field counts for a name; -1: none.
func (p *Payload) find(name string) int {
	for k := len(p.fields) - 1; k >= 0; k-- {
		if p.named(k, name) {
			return k
		}
	}
	return -1
}

func (p *Payload) named(k int, name string) bool {
	f := &p.fields[k]
	if !p.escaped {
		return p.text[f.name+1:f.nameEnd-1] == name
	}
	return p.nameOf(k) == name
}

func (p *Payload) nameOf(k int) string {
	return unquote(p.text[p.fields[k].name:p.fields[k].nameEnd])
}

func (p *Payload) valueOf(k int) string {
	return p.text[p.fields[k].value:p.fields[k].end]
}
