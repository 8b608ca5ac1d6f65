package sidekiq

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// This file writes Go values as Active Job serialises Ruby's.

// A Symbol is a Ruby Symbol. A map with keys of this type is a Hash with Symbols as
// keys.
type Symbol string

// Keywords are keyword arguments: perform(id, force: true) takes (7,
// Keywords{"force": true}). They come last. A handler reads them as any Hash.
type Keywords map[string]any

// maxDepth is how deep arguments may nest: Ruby's JSON reads 100 levels of the whole
// payload.
const maxDepth = 90

// maxPointers bounds pointers to pointers, which can be a circle.
const maxPointers = 100

// appendArguments appends the array of arguments.
func appendArguments(dst []byte, values []any) ([]byte, error) {
	var err error
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		words, ok := v.(Keywords)
		if ok && i == len(values)-1 {
			dst, err = appendHash(dst, reflect.ValueOf(words), 1)
		} else {
			dst, err = appendValue(dst, reflect.ValueOf(v), 1)
		}
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return append(dst, ']'), nil
}

// appendValue appends one value. depth is how deep it stands.
func appendValue(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels, which Ruby would not read", maxDepth)
	}
	for n := 0; v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface; n++ {
		if n == maxPointers {
			return nil, errors.New("a pointer to itself")
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return append(dst, "null"...), nil
	}
	switch x := v.Interface().(type) {
	case Keywords:
		return nil, errors.New("keyword arguments that do not come last (hint: a map[Symbol]any is a Hash anywhere)")
	case Symbol:
		return appendSymbol(dst, x)
	case GlobalID:
		return appendGlobalID(dst, x)
	case Date:
		return appendDate(dst, x)
	case time.Time:
		return appendTime(dst, x)
	case time.Duration:
		return appendDuration(dst, x), nil
	case Duration:
		return appendDuration(dst, time.Duration(x)), nil
	case json.Number:
		return appendJSON(dst, x)
	}
	if own := ownForm(v); own != nil {
		return appendForeign(dst, own, depth)
	}
	return appendKind(dst, v, depth)
}

// appendKind appends a value of which nothing but its kind counts.
func appendKind(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(dst, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(dst, v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		return appendFloat(dst, v)
	case reflect.String:
		return appendText(dst, v.String())
	case reflect.Slice, reflect.Array:
		return appendArray(dst, v, depth)
	case reflect.Map, reflect.Struct:
		return appendHash(dst, v, depth)
	}
	return nil, fmt.Errorf("a %v cannot be an argument", v.Type())
}

// appendFloat keeps a Float one where it has no fraction: Ruby divides Integers
// otherwise.
func appendFloat(dst []byte, v reflect.Value) ([]byte, error) {
	from := len(dst)
	dst, err := appendJSON(dst, v.Interface())
	if err == nil && !bytes.ContainsAny(dst[from:], ".e") {
		dst = append(dst, ".0"...)
	}
	return dst, err
}

func appendText(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("text that is not UTF-8 (hint: []byte becomes base64)")
	}
	return appendJSON(dst, s)
}

func appendArray(dst []byte, v reflect.Value, depth int) (_ []byte, err error) {
	switch {
	case v.Kind() == reflect.Slice && v.IsNil():
		return append(dst, "null"...), nil
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return appendJSON(dst, v.Bytes())
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, v.Index(i), depth+1); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return append(dst, ']'), nil
}

// ownForms are types that say themselves what they are in JSON.
var ownForms = []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()}

// ownForm is what encoding/json is to be given of a value that says itself what it is;
// nil: it does not.
func ownForm(v reflect.Value) any {
	if slices.ContainsFunc(ownForms, v.Type().Implements) {
		return v.Interface()
	}
	if slices.ContainsFunc(ownForms, reflect.PointerTo(v.Type()).Implements) {
		p := reflect.New(v.Type()) // v may have no address
		p.Elem().Set(v)
		return p.Interface()
	}
	return nil
}

// appendForeign appends a value by its own JSON, in which nothing may look like Active
// Job's marks.
func appendForeign(dst []byte, v any, depth int) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return appendValue(dst, reflect.ValueOf(plain), depth)
}

func appendJSON(dst []byte, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	return append(dst, raw...), err
}

// appendObject appends what one of Active Job's serializers reads.
func appendObject(dst []byte, serializer, value string) ([]byte, error) {
	dst = append(dst, `{"_aj_serialized":"ActiveJob::Serializers::`...)
	dst = append(append(dst, serializer...), `Serializer","value":`...)
	dst, err := appendText(dst, value)
	return append(dst, '}'), err
}

func appendSymbol(dst []byte, s Symbol) ([]byte, error) {
	return appendObject(dst, "Symbol", string(s))
}

// rubyTime is ISO 8601 as Rails writes it since 7.1.
const rubyTime = "2006-01-02T15:04:05.000000000Z07:00"

func appendTime(dst []byte, t time.Time) ([]byte, error) {
	if _, offset := t.Zone(); offset%60 != 0 { // ISO 8601 has no seconds there
		t = t.UTC()
	}
	if y := t.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("a time in the year %d, which ISO 8601 does not have", y)
	}
	return appendObject(dst, "Time", t.Format(rubyTime))
}

// reserved begins the keys of Active Job's own.
const reserved = "_aj_"

func checkKey(key string) error {
	switch {
	case strings.HasPrefix(key, reserved):
		return fmt.Errorf("key %q: Active Job keeps %s… for itself", key, reserved)
	case !utf8.ValidString(key):
		return fmt.Errorf("key %q is not UTF-8", key)
	}
	return nil
}
