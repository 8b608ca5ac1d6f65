// Package worker knows the programs that work jobs off: how they are started, and how long
// each takes to stop, by its flags, its environment, its own configuration.
package worker

import (
	"slices"
	"time"
)

// A Kind is a worker program as its documentation has it.
type Kind struct {
	Name    string
	Time    time.Duration // how long a stop may take by default
	Endless bool          // by default it waits for its jobs for as long as they take
	Extra   time.Duration // what it takes on top of that
	ExtraIs string        // what that is
	Own     string        // why its time is not known where nothing sets it; empty: it is

	Flags []string      // that set the time: --timeout
	Env   []string      // variables that do
	Unit  time.Duration // of a number without one; 0: seconds
	NoEnd []string      // values that mean that it has no end, beside those below 0
	files []look
	wins  look // for what wins over flags too

	// Stops are the signals on which it lets jobs end; the others end it at once, or do
	// nothing. Empty: TERM and INT.
	Stops []string

	// Aborts are signals that end it at once, with its jobs.
	Aborts []string

	// drains stands in for Stops where variables or flags decide it too.
	drains func(f *Found, signal string, variable func(string) string) bool

	// Graceful is what makes it let jobs end on TERM too, for people.
	Graceful string

	// Forks: a signal to all of its processes harms it, since its jobs run in child processes of
	// their own.
	Forks bool

	// Apart: these have process groups of their own, and a signal to its group is one to it alone.
	Apart bool

	// Dies: such a child ends on SIGTERM at once, whatever its job is at.
	Dies bool

	// Runtime is what it is written in, where that reaps no orphans as a first process.
	Runtime string

	// Quiets: TSTP makes it take no more jobs, and nothing takes that back.
	Quiets bool

	// Ends are what makes it end by itself.
	Ends []End

	// Web: it is a web server that works jobs off besides.
	Web bool

	// Library: it is a program of somebody's own that links one. What its flags do nobody knows.
	Library bool

	// Assigns: words such as NAME=VALUE are variables to it.
	Assigns bool
}

// A look is for a setting in a worker's own files.
type look func(*Found, Place) (setting, bool)

// Drains says whether a signal lets it end its jobs.
func (k *Kind) Drains(signal string) bool {
	if len(k.Stops) == 0 {
		return signal == "TERM" || signal == "INT"
	}
	return slices.Contains(k.Stops, signal)
}

// Drains says whether a signal lets the worker end its jobs, with the variables that it has: "" is
// one that it has not.
func (f *Found) Drains(signal string, variable func(string) string) bool {
	if f.Kind.drains == nil {
		return f.Kind.Drains(signal)
	}
	return f.Kind.drains(f, signal, func(name string) string {
		if t, ok := f.assigned(name); ok {
			return t.Value
		}
		return variable(name)
	})
}
