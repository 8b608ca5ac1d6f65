package wire

import (
	"iter"
	"math"
	"strconv"
	"strings"
	"time"
)

// Found says what there was when a field was asked for as a type.
type Found uint8

const (
	Absent Found = iota // no such field
	Null                // null; to most of Ruby's code that is the same as absent
	Other               // a value of another type, or out of the type's range
	OK
)

func (f Found) String() string {
	return [...]string{"absent", "null", "of another type", "there"}[f&3]
}

// Raw is a field's value as it is written. False: there is no such field.
func (p *Payload) Raw(name string) (string, bool) {
	if k := p.find(name); k >= 0 {
		return p.valueOf(k), true
	}
	return "", false
}

// A Value is a field's value as it is written. Empty: there is no such field.
type Value string

// Value is a field's value.
func (p *Payload) Value(name string) Value {
	raw, _ := p.Raw(name)
	return Value(raw)
}

// All yields every field and its value, in order. Of fields with the same name the last
// one counts, as in Ruby, so that who keeps what comes later has it right.
func (p *Payload) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for k := range p.fields {
			if !yield(p.nameOf(k), Value(p.valueOf(k))) {
				return
			}
		}
	}
}

// typed is OK if the value may be of a type that begins with one of these bytes.
func (v Value) typed(first string) Found {
	switch {
	case v == "":
		return Absent
	case v[0] == 'n':
		return Null
	case strings.IndexByte(first, v[0]) < 0:
		return Other
	}
	return OK
}

const numeric = "-0123456789"

// Text is a string. Without escapes in it, it is a part of the payload's text.
func (v Value) Text() (string, Found) {
	if found := v.typed(`"`); found != OK {
		return "", found
	}
	return unquote(string(v)), OK
}

// Int is an integer: a number written without fraction and exponent.
func (v Value) Int() (int64, Found) {
	if found := v.typed(numeric); found != OK {
		return 0, found
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return 0, Other
	}
	return n, OK
}

// Float is a number of any spelling.
func (v Value) Float() (float64, Found) {
	if found := v.typed(numeric); found != OK {
		return 0, found
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, Other
	}
	return f, OK
}

// Bool is true or false.
func (v Value) Bool() (bool, Found) {
	return v == "true", v.typed("tf")
}

// Strings is an array of strings.
func (v Value) Strings() ([]string, Found) {
	if found := v.typed("["); found != OK {
		return nil, found
	}
	raw, list := string(v), []string{}
	for i := skipSpace(raw, 1); raw[i] != ']'; {
		if raw[i] != '"' {
			return nil, Other
		}
		end := skipString(raw, i)
		list = append(list, unquote(raw[i:end]))
		if i = skipSpace(raw, end); raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return list, OK
}

// Time is a time; see [ReadTime].
func (v Value) Time() (time.Time, Found) {
	if found := v.typed(numeric + `"`); found != OK {
		return time.Time{}, found
	}
	t, ok := ReadTime(string(v))
	if !ok {
		return time.Time{}, Other
	}
	return t, OK
}

// String is a field that is a string; see [Value.Text].
func (p *Payload) String(name string) (string, Found) { return p.Value(name).Text() }

// Int is a field that is an integer; see [Value.Int].
func (p *Payload) Int(name string) (int64, Found) { return p.Value(name).Int() }

// Float is a field that is a number.
func (p *Payload) Float(name string) (float64, Found) { return p.Value(name).Float() }

// Bool is a field that is true or false.
func (p *Payload) Bool(name string) (bool, Found) { return p.Value(name).Bool() }

// Strings is a field that is an array of strings.
func (p *Payload) Strings(name string) ([]string, Found) { return p.Value(name).Strings() }

// Time is a field that is a time; see [ReadTime].
func (p *Payload) Time(name string) (time.Time, Found) { return p.Value(name).Time() }
