package tasuki

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
)

// What the type of one argument takes, and whether it says so itself.

// A position is one field, or with no index the value itself.
type position struct {
	name    string
	index   []int
	typ     reflect.Type // of one argument, also where the field takes many
	nilable bool         // it takes nil
	floats  int          // bits of the floating-point number that integers become in it; 0: none
}

func newPosition(name string, index []int, t reflect.Type) *position {
	return &position{name: name, index: index, typ: t, nilable: nilable(t), floats: floats(t, 0)}
}

// in is the field of v that the position is.
func (p *position) in(v reflect.Value) reflect.Value {
	if p.index == nil {
		return v
	}
	return v.FieldByIndex(p.index)
}

var ownForms = []reflect.Type{
	reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler](),
	reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
}

// ownJSON says whether a type itself says what it is in JSON.
func ownJSON(t reflect.Type) bool {
	return slices.ContainsFunc(ownForms, func(form reflect.Type) bool {
		return t.Implements(form) || t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(form)
	})
}

// brought is the embedded field that may have brought a struct its own JSON, which
// leaves out the struct's other fields.
func brought(t reflect.Type) string {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && ownJSON(f.Type) && t.NumField() > 1 {
			return f.Name
		}
	}
	return ""
}

// nilable says whether a type takes nil. Of the types that read JSON themselves
// those of the standard library pass over it, so that it would be lost.
func nilable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return true
	}
	return reflect.PointerTo(t).Implements(ownForms[1]) && t.PkgPath() != "time" && t.PkgPath() != "math/big"
}

// floats is in how many bits a type keeps every number as a floating-point one; 0: it
// does not. Depth bounds types that hold themselves.
func floats(t reflect.Type, depth int) int {
	switch t.Kind() {
	case reflect.Float32:
		return 32
	case reflect.Float64, reflect.Interface:
		return 64
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if depth < 10 && !ownJSON(t) {
			return floats(t.Elem(), depth+1)
		}
	}
	return 0
}
