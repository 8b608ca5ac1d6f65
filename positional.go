package tasuki

import (
	"errors"
	"fmt"
	"reflect"
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

var errLatePositional = errors.New("Positional was given to a job (hint: give it to NewKind)")
