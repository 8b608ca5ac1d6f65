package tasuki

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// How an array of arguments becomes a value.

// decode reads an array of arguments into v. v is addressable.
func (l *layout) decode(raw []byte, v reflect.Value) error {
	if l.bad != nil {
		return l.bad
	}
	var few [8][]byte
	given, err := elements(few[:0], raw)
	if err != nil {
		return fmt.Errorf("%w, expected %s", err, l)
	}
	if n := len(given); n < l.need || n > len(l.at) && l.rest == nil {
		return fmt.Errorf("wrong number of arguments (given %d, expected %s): %s for %s", n, l.expected(), clipped(raw), l)
	}
	if l.pointer {
		v.Set(reflect.New(l.of))
		v = v.Elem()
	}
	n := min(len(given), len(l.at))
	for i := range n {
		if err := l.at[i].set(l.at[i].in(v), given[i]); err != nil {
			return fmt.Errorf("argument %d (%s) %w", i+1, l.at[i].text(), err)
		}
	}
	return l.setRest(v, given[n:], n)
}

// setRest reads what stands behind the positions, of which there are n.
func (l *layout) setRest(v reflect.Value, given [][]byte, n int) error {
	if l.rest == nil || len(given) == 0 {
		return nil
	}
	many := reflect.MakeSlice(l.rest.in(v).Type(), len(given), len(given))
	for i, raw := range given {
		if err := l.rest.set(many.Index(i), raw); err != nil {
			return fmt.Errorf("argument %d (%s) %w", n+i+1, l.rest.text(), err)
		}
	}
	l.rest.in(v).Set(many)
	return nil
}

// set reads one argument into its place.
func (p *position) set(v reflect.Value, raw []byte) error {
	if !p.nilable && string(raw) == "null" {
		return fmt.Errorf("cannot be nil (hint: *%s takes it)", goName(p.typ))
	}
	if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
		return fmt.Errorf("cannot be %s: %w", rubyText(raw), err)
	}
	if p.floats != 0 && len(raw) > 7 && rounded(raw, p.floats) {
		return fmt.Errorf("cannot be %s: float%d changes digits of its integers (hint: int64, json.Number, *big.Int or json.RawMessage)", rubyText(raw), p.floats)
	}
	return nil
}

// rounded says whether an integer in raw, which is valid JSON, is another as a
// floating-point number.
func rounded(raw []byte, bits int) bool {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			i = endOfText(raw, i)
		case c == '-' || c >= '0' && c <= '9':
			from := i
			for i+1 < len(raw) && bytes.IndexByte([]byte("0123456789+-.eE"), raw[i+1]) >= 0 {
				i++
			}
			number := string(raw[from : i+1])
			if len(number) > 7 && !strings.ContainsAny(number, ".eE") {
				f, err := strconv.ParseFloat(number, bits)
				if err != nil || strconv.FormatFloat(f, 'f', 0, bits) != number {
					return true
				}
			}
		}
	}
	return false
}
