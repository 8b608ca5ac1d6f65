package sidekiq

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// This file writes maps and structs as the Hashes that Active Job reads.

// An entry is one key of a Hash with its value.
type entry struct {
	key   string
	value reflect.Value
}

// appendHash appends a map or a struct. The mark at its end says which keys are
// Symbols, or that they are keywords.
func appendHash(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	words := v.Type() == reflect.TypeFor[Keywords]()
	if v.Kind() == reflect.Map && v.IsNil() && !words {
		return append(dst, "null"...), nil
	}
	entries, err := entriesOf(v)
	if err != nil {
		return nil, err
	}
	symbols := []string{}
	dst = append(dst, '{')
	for _, e := range entries {
		if dst, err = appendEntry(dst, e, depth); err != nil {
			return nil, fmt.Errorf("key %q: %w", e.key, err)
		}
		if words || v.Kind() == reflect.Map && v.Type().Key() == reflect.TypeFor[Symbol]() {
			symbols = append(symbols, e.key)
		}
	}
	mark := `"_aj_symbol_keys":`
	if words {
		mark = `"_aj_ruby2_keywords":`
	}
	dst, err = appendJSON(append(dst, mark...), symbols)
	return append(dst, '}'), err
}

func appendEntry(dst []byte, e entry, depth int) ([]byte, error) {
	dst, err := appendText(dst, e.key)
	if err != nil {
		return nil, err
	}
	if dst, err = appendValue(append(dst, ':'), e.value, depth+1); err != nil {
		return nil, err
	}
	return append(dst, ','), nil
}

// entriesOf are the entries of a map, by key, or of a struct, in its order.
func entriesOf(v reflect.Value) (entries []entry, err error) {
	if v.Kind() == reflect.Struct {
		entries, err = appendFields(nil, v)
	} else {
		entries, err = entriesOfMap(v)
	}
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if err := checkKey(e.key); err != nil {
			return nil, err
		}
		if seen[e.key] {
			return nil, fmt.Errorf("key %q is there twice", e.key)
		}
		seen[e.key] = true
	}
	return entries, nil
}

func entriesOfMap(v reflect.Value) ([]entry, error) {
	entries := make([]entry, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		key, err := keyText(iter.Key())
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{key, iter.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return entries, nil
}

// keyText is a map's key as encoding/json has it.
func keyText(key reflect.Value) (string, error) {
	if key.Kind() == reflect.String {
		return key.String(), nil
	}
	if own, ok := key.Interface().(encoding.TextMarshaler); ok {
		text, err := own.MarshalText()
		return string(text), err
	}
	switch {
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10), nil
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10), nil
	}
	return "", fmt.Errorf("a key of type %v (hint: string or Symbol)", key.Type())
}

// appendFields appends a struct's fields, those of embedded structs in their place.
func appendFields(entries []entry, v reflect.Value) (_ []entry, err error) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch inner := v.Field(i); {
		case f.Tag.Get("json") == "-":
		case f.Anonymous && name == "" && embeds(inner):
			if inner.Kind() == reflect.Pointer {
				if inner.IsNil() {
					continue
				}
				inner = inner.Elem()
			}
			if entries, err = appendFields(entries, inner); err != nil {
				return nil, err
			}
		case !f.IsExported():
		case has(options, "string"):
			return nil, fmt.Errorf("field %s of %v: %w", f.Name, v.Type(), errTextOption)
		case !leftOut(inner, options):
			entries = append(entries, entry{cmp.Or(name, f.Name), inner})
		}
	}
	return entries, nil
}

var errTextOption = errors.New("the JSON option string is not known here (hint: a field of type string)")

// embeds says whether the fields of an embedded value stand in its place.
func embeds(v reflect.Value) bool {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && !slices.ContainsFunc(ownForms, reflect.PointerTo(t).Implements)
}

func has(options, word string) bool { return slices.Contains(strings.Split(options, ","), word) }

// leftOut says whether a field's options leave it out.
func leftOut(v reflect.Value, options string) bool {
	if has(options, "omitzero") {
		if z, ok := v.Interface().(interface{ IsZero() bool }); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
			return z.IsZero()
		}
		return v.IsZero()
	}
	if !has(options, "omitempty") {
		return false
	}
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
