package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"strings"
)

// Primary result codes of SQLite; they are part of its interface and the same
// in every driver.
const (
	codeError      = 1
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
// carries none. Drivers have it in a method Code (modernc), in a field Code
// (mattn), or are the code (ncruces).
func code(err error) int {
	if err == nil {
		return 0
	}
	if c := codeOf(reflect.ValueOf(err)); c != 0 {
		return c & 0xff
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return code(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			if c := code(one); c != 0 {
				return c
			}
		}
	}
	return 0
}

// codeOf reads the code of an error value of a SQLite package, and of no other:
// other errors have codes too.
func codeOf(v reflect.Value) int {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return 0
	}
	e := reflect.Indirect(v)
	if !strings.Contains(e.Type().PkgPath(), "sqlite") {
		return 0
	}
	if m := v.MethodByName("Code"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		return integer(m.Call(nil)[0])
	}
	if e.Kind() == reflect.Struct {
		return integer(e.FieldByName("Code"))
	}
	return integer(e)
}

// integer is the value of an integer of any type, else 0.
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
