package tasuki

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Causes of a handler's cancelled context (context.Cause) and errors that
// handlers meet.
var (
	// ErrStopping: last call. The worker is about to exit; whatever error the
	// handler returns now hands the job over.
	ErrStopping = errors.New("the worker is stopping")
	// ErrCancelled: a person cancelled the job.
	ErrCancelled = errors.New("the job was cancelled")
	// ErrTimeout: the job's timeout is over.
	ErrTimeout = errors.New("the job's timeout is over")
	// ErrLost: the job is another worker's now; nothing that this run still
	// writes counts.
	ErrLost = errors.New("the job was released to another worker")
	// ErrBadJob: the job's data cannot be used by its handler.
	ErrBadJob = errors.New("bad job")
	// ErrNoJob: the context is not one of a running job.
	ErrNoJob = errors.New("the context carries no running job")
)

// errRefused ends a run whose next item the runtime refused to begin. The run
// itself remembers that; the error only unwinds the handler.
var errRefused = errors.New("tasuki: the next item is left to another worker")

// errEnded is for what outlives its job's handler.
var errEnded = fmt.Errorf("the job's handler has returned already: %w (hint: what it started must end before it does)", ErrNoJob)

// A hopelessError is one that every further attempt would end in, and perhaps not
// before it has done something again: the job is dead at once.
type hopelessError struct{ error }

func hopeless(err error) error { return hopelessError{err} }

func (e hopelessError) Unwrap() error { return e.error }

// isHopeless says so of an error. A store that has no item to commit was asked by a
// mistake in the program: an attempt that goes on behind it would leave out the rest
// of the item.
func isHopeless(err error) bool {
	return err != nil && (errors.Is(err, store.ErrNoItem) || errors.As(err, new(hopelessError)))
}

// A StillRunning is Stop's answer when handlers were still running at the
// deadline. Their claims are kept alive until they end; Done says when.
type StillRunning struct{ Jobs []Job }

func (e *StillRunning) Error() string {
	names := make([]string, len(e.Jobs))
	for i, j := range e.Jobs {
		names[i] = fmt.Sprintf("%s %s (for %v)", j.Kind, j.ID, j.Ran.Round(time.Millisecond))
	}
	return fmt.Sprintf("%d jobs still run after the stop's timeout: %s", len(names), strings.Join(names, ", "))
}

// An Unrecorded is Stop's answer when jobs had ended but the store did not take
// their outcomes in time. They will run again.
type Unrecorded struct{ Jobs []Job }

func (e *Unrecorded) Error() string {
	ids := make([]string, len(e.Jobs))
	for i, j := range e.Jobs {
		ids[i] = j.ID
	}
	return fmt.Sprintf("%d jobs ended but could not be recorded and will run again: %s", len(ids), strings.Join(ids, ", "))
}

// A panicError is a handler's panic, or its runtime.Goexit, as a failure.
type panicError struct {
	value any
	stack string
	where string // the item or step, if it was in one
}

func (e *panicError) Error() string {
	text := "the handler called runtime.Goexit"
	if e.value != nil {
		text = fmt.Sprintf("panic: %v", e.value)
	}
	if e.where != "" {
		text += " (in " + e.where + ")"
	}
	return text
}
