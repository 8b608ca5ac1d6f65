package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
)

// Primary result codes of SQLite; they are part of its interface and the same
// in every driver.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeReadOnly   = 8
	codeIOErr      = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeProtocol   = 15
	codeConstraint = 19
	codeNotADB     = 26
)

// code is the primary result code of an error of any SQLite driver, 0 if it
// carries none. Drivers have it in a method Code (modernc, ncruces) or in a
// field Code (mattn).
func code(err error) int {
	for ; err != nil; err = errors.Unwrap(err) {
		if c, ok := err.(interface{ Code() int }); ok {
			return c.Code() & 0xff
		}
		if c := codeOf(reflect.ValueOf(err)); c != 0 {
			return c & 0xff
		}
	}
	return 0
}

// codeOf reads a method or field Code of some integer type.
func codeOf(v reflect.Value) int {
	if m := v.MethodByName("Code"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		return integer(m.Call(nil)[0])
	}
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		return integer(v.FieldByName("Code"))
	}
	return 0
}

func integer(v reflect.Value) int {
	switch {
	case !v.IsValid():
		return 0
	case v.CanInt():
		return int(v.Int())
	case v.CanUint():
		return int(v.Uint())
	}
	return 0
}

// busy says whether somebody else was at the database, so that the same may
// work in a moment.
func busy(err error) bool {
	switch code(err) {
	case codeBusy, codeLocked, codeProtocol:
		return true
	}
	return false
}

// broken says whether the connection itself is of no more use.
func broken(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// ended says whether a context ended the call.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
