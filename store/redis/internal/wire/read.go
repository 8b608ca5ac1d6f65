package wire

import (
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

// typed is a field's value as it is written, OK so far if it may be of a type that
// begins with one of these bytes.
func (p *Payload) typed(name, first string) (string, Found) {
	raw, ok := p.Raw(name)
	switch {
	case !ok:
		return "", Absent
	case raw[0] == 'n':
		return "", Null
	case strings.IndexByte(first, raw[0]) < 0:
		return "", Other
	}
	return raw, OK
}

const numeric = "-0123456789"

// String is a field that is a string. Without escapes in it, it is a part of the
// payload's text.
func (p *Payload) String(name string) (string, Found) {
	raw, found := p.typed(name, `"`)
	if found != OK {
		return "", found
	}
	return unquote(raw), OK
}

// Int is a field that is an integer: a number written without fraction and
// exponent.
func (p *Payload) Int(name string) (int64, Found) {
	raw, found := p.typed(name, numeric)
	if found != OK {
		return 0, found
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return 0, Other
	}
	return n, OK
}

// Float is a field that is a number of any spelling.
func (p *Payload) Float(name string) (float64, Found) {
	raw, found := p.typed(name, numeric)
	if found != OK {
		return 0, found
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, Other
	}
	return f, OK
}

// Bool is a field that is true or false.
func (p *Payload) Bool(name string) (bool, Found) {
	raw, found := p.typed(name, "tf")
	return raw == "true", found
}

// Strings is a field that is an array of strings.
func (p *Payload) Strings(name string) ([]string, Found) {
	raw, found := p.typed(name, "[")
	if found != OK {
		return nil, found
	}
	list := []string{}
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

// Time is a field that is a time; see [ReadTime].
func (p *Payload) Time(name string) (time.Time, Found) {
	raw, found := p.typed(name, numeric+`"`)
	if found != OK {
		return time.Time{}, found
	}
	t, ok := ReadTime(raw)
	if !ok {
		return time.Time{}, Other
	}
	return t, OK
}
