package source

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

var errNullKey = errors.New("it is NULL: such a row has no place in the order (hint: leave it out with Where, or make the column NOT NULL)")

// keyValue is a column's value as a driver gives it, in one of the types of a
// Keyset. column is the type's name in the database, "" if not known.
func keyValue(v any, column string) (any, error) {
	if valuer, ok := v.(driver.Valuer); ok {
		inner, err := valuer.Value()
		if err != nil {
			return nil, err
		}
		v = inner
	}
	switch v := v.(type) {
	case nil:
		return nil, errNullKey
	case []byte:
		// Some drivers give texts and decimals as bytes; compared as bytes they
		// would be in another order than the database's own.
		if column != "" && !binary(column) {
			return string(v), nil
		}
		return append([]byte{}, v...), nil // never nil: as an argument that is NULL
	case time.Time:
		return v, plainYear(v)
	}
	return plainKind(reflect.ValueOf(v))
}

func binary(column string) bool {
	column = strings.ToUpper(column)
	for _, name := range []string{"BLOB", "BINARY", "BYTEA", "RAW", "IMAGE", "BIT", "ROWVERSION"} {
		if strings.Contains(column, name) {
			return true
		}
	}
	return false
}

func plainYear(t time.Time) error {
	if y := t.Year(); y < 0 || y > 9999 {
		return fmt.Errorf("the time %v cannot be kept in a cursor", t)
	}
	return nil
}

func plainKind(v reflect.Value) (any, error) {
	switch k := v.Kind(); {
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint():
		if n := v.Uint(); n > math.MaxInt64 {
			return n, nil
		}
		return int64(v.Uint()), nil
	case v.CanFloat():
		if math.IsNaN(v.Float()) {
			return nil, errors.New("it is not a number (NaN)")
		}
		return v.Float(), nil
	case k == reflect.String:
		return v.String(), nil
	case k == reflect.Bool:
		return v.Bool(), nil
	}
	return nil, fmt.Errorf("a %s cannot be a key (hint: cast the column to a number or a text)", v.Type())
}
