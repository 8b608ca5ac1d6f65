package tasuki

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
	"sync"

	"github.com/tasuki-jobs/tasuki/store"
)

// Positional makes a kind's arguments a JSON array, as the arguments of a Ruby
// class's perform are: one element for each exported field of the struct A, in
// their order. It belongs to NewKind.
//
//	type Import struct {
//		ID   int64
//		Name string
//		Opts map[string]any // a Hash
//		Note *string `args:"optional"`
//	}
//	var imports = tasuki.NewKind[Import]("ImportJob", tasuki.Positional())
//
//	class ImportJob
//	  def perform(id, name, opts, note = nil)
//
// A field's own value is JSON as encoding/json has it. Fields that are not
// exported or have the tag json:"-" are left out; the fields of an embedded struct
// stand where it stands.
//
//   - args:"optional", on the last fields: the argument may be missing (in Ruby it has
//     a default). The field stays zero then, and a job leaves such fields out while
//     they and all behind them are zero. To send a zero make the field a pointer.
//   - args:"rest", on a slice that is the last field: it takes all further arguments
//     (Ruby's splat).
//
// An A that is a slice is all arguments; any other A that is not a struct, or has a
// JSON form of its own as time.Time has, is the only argument.
//
// Arguments that do not fit fail the attempt with ErrBadJob and an error that says
// which. What encoding/json lets pass is refused, too: nil for what cannot be nil, and
// an integer of which a float64 would change digits, in a field that is or holds
// floats or interfaces. Inside of a field that is a struct encoding/json decides.
//
// A struct with a tag in the wrong place is refused by Enqueue and by New.
func Positional() Option { return func(s *settings) { s.positional = true } }

// Arguments are what a job of a kind with Positional carries for args, one value for
// each and before they become JSON. It is for packages that write arguments in
// another form, as Active Job's is.
func Arguments[A any](args A) ([]any, error) {
	fields, err := layoutOf(reflect.TypeFor[A]()).fields(reflect.ValueOf(&args).Elem())
	if err != nil {
		return nil, fmt.Errorf("arguments: %w", err)
	}
	values := make([]any, len(fields))
	for i, f := range fields {
		values[i] = f.Interface()
	}
	return values, nil
}

// A layout is how the values of one type stand in an array of arguments.
type layout struct {
	of      reflect.Type // the type, or what it points to
	pointer bool         // it is a pointer to a struct
	at      []position
	need    int       // so many of them must be there
	rest    *position // takes what is behind them; nil: nothing may be there
	bad     error     // why the type has no layout
}

// A position is one field, or with no index the value itself.
type position struct {
	name    string
	index   []int
	typ     reflect.Type // of one argument, also where the field takes many
	nilable bool         // it takes nil
	floats  int          // bits of the floating-point number that integers become in it; 0: none
}

var layouts sync.Map // of *layout by reflect.Type

var errLatePositional = errors.New("Positional was given to a job (hint: give it to NewKind)")

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

func newPosition(name string, index []int, t reflect.Type) *position {
	return &position{name: name, index: index, typ: t, nilable: nilable(t), floats: floats(t, 0)}
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

// in is the field of v that the position is.
func (p *position) in(v reflect.Value) reflect.Value {
	if p.index == nil {
		return v
	}
	return v.FieldByIndex(p.index)
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

// elements appends the texts of an array's elements to dst. It looks at brackets and
// quotes only: what else is wrong is found by whoever decodes the elements, and they
// are all valid exactly if the array is. No array at all is no arguments.
func elements(dst [][]byte, raw []byte) ([][]byte, error) {
	whole := raw
	raw = bytes.Trim(raw, space)
	n := len(raw)
	if len(whole) == 0 || string(raw) == "null" {
		return dst, nil
	}
	if n < 2 || raw[0] != '[' || raw[n-1] != ']' {
		return dst, fmt.Errorf("the arguments are not an Array but %s", rubyText(whole))
	}
	raw = raw[1 : n-1]
	depth, from := 0, 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = endOfText(raw, i)
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				dst, from = append(dst, bytes.Trim(raw[from:i], space)), i+1
			}
		}
	}
	last := bytes.Trim(raw[from:], space)
	if len(last) == 0 && from == 0 {
		return dst, nil
	}
	return append(dst, last), nil
}

const space = " \t\r\n" // as JSON has it

// endOfText is where the text that begins at i ends.
func endOfText(raw []byte, i int) int {
	for i++; i < len(raw) && raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i
}

// expected is how many arguments there may be, as Ruby says it.
func (l *layout) expected() string {
	switch {
	case l.rest != nil:
		return fmt.Sprintf("%d+", l.need)
	case len(l.at) > l.need:
		return fmt.Sprintf("%d..%d", l.need, len(l.at))
	}
	return strconv.Itoa(l.need)
}

// String lists names and types.
func (l *layout) String() string {
	var names []string
	for i := range l.at {
		name := l.at[i].text()
		if i >= l.need {
			name = "optional " + name
		}
		names = append(names, name)
	}
	if l.rest != nil {
		names = append(names, strings.TrimLeft(l.rest.name+" ..."+goName(l.rest.typ), " "))
	}
	return "(" + strings.Join(names, ", ") + ")"
}

func (p *position) text() string { return strings.TrimLeft(p.name+" "+goName(p.typ), " ") }

func goName(t reflect.Type) string { return strings.ReplaceAll(t.String(), "interface {}", "any") }

// rubyText is a value in JSON as a Ruby developer calls it.
func rubyText(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	text := clipped(raw)
	switch c := raw[0]; {
	case c == '"':
		return "String " + text
	case c == '[':
		return "Array " + text
	case c == '{':
		return "Hash " + text
	case text == "null":
		return "nil"
	case bytes.ContainsAny(raw, ".eE") && (c == '-' || c >= '0' && c <= '9'):
		return "Float " + text
	case c == '-' || c >= '0' && c <= '9':
		return "Integer " + text
	}
	return text
}

// clipped is a text that may be long, for an error.
func clipped(raw []byte) string {
	text := store.Clean(string(raw[:min(len(raw), 200)]), 80)
	if len(text) < len(raw) {
		text += "…"
	}
	return text
}
