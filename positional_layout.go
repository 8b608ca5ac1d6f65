package tasuki

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// How the fields of a type stand in an array of arguments.

// A layout is how the values of one type stand in an array of arguments.
type layout struct {
	of      reflect.Type // the type, or what it points to
	pointer bool         // it is a pointer to a struct
	at      []position
	need    int       // so many of them must be there
	rest    *position // takes what is behind them; nil: nothing may be there
	bad     error     // why the type has no layout
}

var layouts sync.Map // of *layout by reflect.Type

func layoutOf(t reflect.Type) *layout {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout)
	}
	l, _ := layouts.LoadOrStore(t, layOut(t))
	return l.(*layout)
}

func layOut(t reflect.Type) *layout {
	l := &layout{of: t}
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct && !ownJSON(t.Elem()) {
		l.of, l.pointer = t.Elem(), true
	}
	switch kind := l.of.Kind(); {
	case kind == reflect.Array:
		l.bad = fmt.Errorf("%v is an array (hint: a struct for so many arguments, a slice for any number)", t)
	case kind == reflect.Struct && ownJSON(l.of) && brought(l.of) != "":
		l.bad = fmt.Errorf("field %s of %v is embedded, and its JSON stands for the whole (hint: give it a name)", brought(l.of), l.of)
	case kind == reflect.Slice && !ownJSON(l.of) && l.of.Elem().Kind() != reflect.Uint8:
		l.rest = newPosition("", nil, l.of.Elem())
	case kind == reflect.Struct && !ownJSON(l.of):
		l.bad = l.addFields(l.of, nil)
	default:
		l.at, l.need = []position{*newPosition("", nil, l.of)}, 1
	}
	return l
}

// addFields adds the positions of a struct that stands at index.
func (l *layout) addFields(t reflect.Type, index []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		if err := l.addField(f, append(slices.Clone(index), i)); err != nil {
			return fmt.Errorf("field %s of %v %w", f.Name, t, err)
		}
	}
	return nil
}

func (l *layout) addField(f reflect.StructField, index []int) error {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	tag, tagged := f.Tag.Lookup("args")
	flat := f.Anonymous && name == "" && !ownJSON(f.Type) // as encoding/json has it
	inner := f.Type
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	switch {
	case f.Tag.Get("json") == "-" || !f.IsExported() && !(f.Anonymous && inner.Kind() == reflect.Struct):
		if tagged {
			return errors.New(`has a tag args but is no argument (hint: export it, without json:"-")`)
		}
		return nil
	case flat && f.Type != inner && inner.Kind() == reflect.Struct:
		return errors.New("is an embedded pointer (hint: embed the struct itself, or give the field a name)")
	case flat && f.Type.Kind() == reflect.Struct && tagged:
		return errors.New("is embedded and has a tag args (hint: put it on the fields inside)")
	case flat && f.Type.Kind() == reflect.Struct:
		return l.addFields(f.Type, index)
	case !f.IsExported():
		return errors.New("is embedded and not exported (hint: give it an exported name)")
	case slices.Contains(strings.Split(options, ","), "string"):
		return errors.New("has the JSON option string, which arguments do not know (hint: a field of type string)")
	}
	return l.add(f, tag, index)
}

// add adds the position of a field that is an argument.
func (l *layout) add(f reflect.StructField, tag string, index []int) error {
	optional := len(l.at) > l.need
	switch {
	case l.rest != nil:
		return fmt.Errorf("stands behind %s, which takes the rest (hint: the rest comes last)", l.rest.name)
	case tag == "rest" && (f.Type.Kind() != reflect.Slice || ownJSON(f.Type)):
		return fmt.Errorf("takes the rest and is a %v (hint: it must be a slice)", f.Type)
	case tag == "rest":
		l.rest = newPosition(f.Name, index, f.Type.Elem())
		return nil
	case tag == "" && optional:
		return fmt.Errorf("must be there, but %s before it is optional (hint: optional ones come last)", l.at[len(l.at)-1].name)
	case tag == "":
		l.need++
	case tag != "optional":
		return fmt.Errorf("has the tag args:%q (hint: optional or rest)", tag)
	}
	l.at = append(l.at, *newPosition(f.Name, index, f.Type))
	return nil
}
