package tasuki

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// How a value becomes an array of arguments.

// fields are the values that v carries, in order, without the trailing ones that may
// be left out. v is addressable.
func (l *layout) fields(v reflect.Value) ([]reflect.Value, error) {
	if l.bad != nil {
		return nil, l.bad
	}
	if l.pointer {
		if v.IsNil() {
			return nil, fmt.Errorf("a nil *%v was given", l.of)
		}
		v = v.Elem()
	}
	values := make([]reflect.Value, 0, len(l.at))
	for i := range l.at {
		values = append(values, l.at[i].in(v))
	}
	if l.rest != nil {
		for many, i := l.rest.in(v), 0; i < many.Len(); i++ {
			values = append(values, many.Index(i))
		}
	}
	n := len(values)
	for n > l.need && n <= len(l.at) && values[n-1].IsZero() {
		n--
	}
	return values[:n], nil
}

// encode is v as an array of arguments. v is addressable.
func (l *layout) encode(v reflect.Value) (json.RawMessage, error) {
	fields, err := l.fields(v)
	if err != nil {
		return nil, err
	}
	elements := make([]any, len(fields))
	for i, f := range fields {
		elements[i] = f.Addr().Interface()
	}
	return json.Marshal(elements)
}
