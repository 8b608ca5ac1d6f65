package chain

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
)

// parse reads a piece of shell that starts something.
func parse(source string) (*syntax.File, error) {
	if len(source) > mostText || shell.Opens(source) > mostOpen {
		return nil, shell.ErrTooLarge
	}
	return shell.Parse(source)
}
