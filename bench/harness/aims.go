package harness

import (
	"fmt"
	"io"
)

// An Aim is something that is to be reached.
type Aim struct {
	What    string
	Contest string
	Value   func(*Result) (Summary, error)
	Reached func(float64) bool
	Unit    string
	Digits  int
}

// Percent is the aim of at least so many per cent, of a Ratio.
func Percent(contest, what string, least float64, of func(*Result) (Summary, error)) Aim {
	return Aim{What: what, Contest: contest, Value: of, Reached: AtLeast(least), Unit: " %"}
}

// Milliseconds is the aim of a value under so many of them.
func Milliseconds(contest, what string, limit float64, of func(*Result) (Summary, error)) Aim {
	return Aim{What: what, Contest: contest, Value: of, Reached: Below(limit), Unit: " ms", Digits: 2}
}

// Megabytes is the aim of a value under so many of them, printed with so many digits.
func Megabytes(contest, what string, limit float64, digits int, of func(*Result) (Summary, error)) Aim {
	return Aim{What: what, Contest: contest, Value: of, Reached: Below(limit), Unit: " MB", Digits: digits}
}

// Ratio is a row's value beside another's, in per cent, run by run of the same
// round.
func Ratio(row, against, key string) func(*Result) (Summary, error) {
	return func(r *Result) (Summary, error) {
		s, err := r.Ratio(row, against, key)
		s.Median, s.Min, s.Max = 100*s.Median, 100*s.Min, 100*s.Max
		return s, err
	}
}

// Value is a row's value.
func Value(row, key string) func(*Result) (Summary, error) {
	return func(r *Result) (Summary, error) { return r.Of(row, key) }
}

// Grown is by how much a value at the end of a task is above the same at its
// first look.
func Grown(row, key string) func(*Result) (Summary, error) {
	return func(r *Result) (Summary, error) {
		first, err := r.Of(row, key+"1")
		if err != nil {
			return first, err
		}
		last, err := r.Of(row, fmt.Sprint(key, len(r.Parts)))
		d := last.Median - first.Median
		return Summary{Median: d, Min: d, Max: d, Runs: last.Runs}, err
	}
}

// AtLeast is reached by n and more.
func AtLeast(n float64) func(float64) bool { return func(v float64) bool { return v >= n } }

// Below is reached by less than n.
func Below(n float64) func(float64) bool { return func(v float64) bool { return v < n } }

// printAims says of each aim that was measured whether it is reached: by the
// median, of ratios between runs of the same round.
func printAims(w io.Writer, aims []Aim, results map[string]*Result) {
	fmt.Fprintf(w, "### What was aimed at\n\n| aim | measured | reached |\n|---|---:|---|\n")
	for _, a := range aims {
		res := results[a.Contest]
		if res == nil {
			continue
		}
		s, err := a.Value(res)
		if err != nil {
			fmt.Fprintf(w, "| %s | %v | |\n", a.What, err)
			continue
		}
		yes := "no"
		if a.Reached(s.Median) {
			yes = "yes"
		}
		cell := func(v float64) string { return number(v, a.Digits) }
		fmt.Fprintf(w, "| %s | **%s**%s (%s–%s) | %s |\n", a.What, cell(s.Median), a.Unit, cell(s.Min), cell(s.Max), yes)
	}
	fmt.Fprintln(w)
}
