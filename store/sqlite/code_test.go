package sqlite

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// Errors as drivers make them.
type (
	methodInt   struct{ n int }
	methodSmall struct{ n uint8 }
	fieldErr    struct {
		Code         errNo
		ExtendedCode int
	}
	errNo    int
	bareCode uint16
)

func (e *methodInt) Error() string  { return "method" }
func (e *methodInt) Code() int      { return e.n }
func (e methodSmall) Error() string { return "small method" }
func (e methodSmall) Code() uint8   { return e.n }
func (e fieldErr) Error() string    { return "field" }
func (e bareCode) Error() string    { return "bare" }

func TestErrorsAreKnownByTheirCodeInAnyDriver(t *testing.T) {
	for name, err := range map[string]error{
		"a method":            &methodInt{codeBusy},
		"an extended code":    &methodInt{codeBusy | 2<<8}, // BUSY_SNAPSHOT
		"another type":        methodSmall{codeBusy},
		"a field":             fieldErr{Code: codeBusy},
		"a field, by pointer": &fieldErr{Code: codeBusy},
		"the error itself":    bareCode(codeBusy | 1<<8),
		"joined":              errors.Join(errors.New("first"), &methodInt{codeBusy}),
		"wrapped":             fmt.Errorf("claim: %w", fieldErr{Code: codeBusy}),
	} {
		if code(err) != codeBusy || !busy(err) {
			t.Errorf("%s: code %d", name, code(err))
		}
	}
	for _, err := range []error{nil, errors.New("database is locked"), errNoRow, syscall.EIO, (*methodInt)(nil)} {
		if code(err) != 0 || busy(err) {
			t.Errorf("%v has code %d", err, code(err))
		}
	}
}
