package main

import (
	"fmt"
	"io"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// An aim is something that tasuki wants to reach.
type aim struct {
	what    string
	contest string
	value   func(*harness.Result) (harness.Summary, error)
	reached func(float64) bool
	unit    string
	digits  int
}

func ratio(row, against, key string) func(*harness.Result) (harness.Summary, error) {
	return func(r *harness.Result) (harness.Summary, error) {
		s, err := r.Ratio(row, against, key)
		s.Median, s.Min, s.Max = 100*s.Median, 100*s.Min, 100*s.Max
		return s, err
	}
}

func value(row, key string) func(*harness.Result) (harness.Summary, error) {
	return func(r *harness.Result) (harness.Summary, error) { return r.Of(row, key) }
}

// grown is by how much a value at the end of a task is above the same at its
// first look.
func grown(row, key string) func(*harness.Result) (harness.Summary, error) {
	return func(r *harness.Result) (harness.Summary, error) {
		first, err := r.Of(row, key+"1")
		if err != nil {
			return first, err
		}
		last, err := r.Of(row, fmt.Sprint(key, len(r.Parts)))
		d := last.Median - first.Median
		return harness.Summary{Median: d, Min: d, Max: d, Runs: last.Runs}, err
	}
}

func atLeast(n float64) func(float64) bool { return func(v float64) bool { return v >= n } }
func below(n float64) func(float64) bool   { return func(v float64) bool { return v < n } }

var aims = []aim{
	{"100 slots: at least half of the bare database (started)", "drain100", ratio(full, rawFull, "started"), atLeast(50), " %", 0},
	{"100 slots: the same, counted until all is recorded", "drain100", ratio(full, rawFull, "recorded"), atLeast(50), " %", 0},
	{"one by one: at least 90 % of the bare insert", "insert1", ratio(full, rawFull, "recorded"), atLeast(90), " %", 0},
	{"p99 in one process under 2 ms", "latency", value(full, "p99"), below(2), " ms", 2},
	{"p99 across two processes under 20 ms", "across", value(full, "p99"), below(20), " ms", 2},
	{"first 10,000 of 1,000,000 waiting: at most a tenth slower than of 10,000", "depth", ratio(deep, shallow, "started"), atLeast(90), " %", 0},
	{"all of 1,000,000 waiting: at most a tenth slower than of 10,000", "depth", ratio(whole, shallow, "started"), atLeast(90), " %", 0},
	{"behind 1,000,000 of an unknown kind: at most a tenth slower", "depth", ratio(behind, shallow, "started"), atLeast(90), " %", 0},
	{"100 slots filled: under 50 MB beyond the empty process", "slots", value(full, "busy"), below(50), " MB", 1},
	{"100 slots at full speed: the same at the peak", "slots", value(full, "peak"), below(50), " MB", 1},
	{"from 100,000 to 1,000,000 jobs the heap grows by less than a byte a job", "growth", grown(full, "heap"), below(0.9), " MB", 2},
	{"and the resident memory by less than 5 MB", "growth", grown(full, "rss"), below(5), " MB", 2},
}

// printAims says of each aim that was measured whether it is reached: by the
// median, of ratios between runs of the same round.
func printAims(w io.Writer, results map[string]*harness.Result) {
	fmt.Fprintf(w, "### What was aimed at\n\n| aim | measured | reached |\n|---|---:|---|\n")
	for _, a := range aims {
		res := results[a.contest]
		if res == nil {
			continue
		}
		s, err := a.value(res)
		if err != nil {
			fmt.Fprintf(w, "| %s | %v | |\n", a.what, err)
			continue
		}
		yes := "no"
		if a.reached(s.Median) {
			yes = "yes"
		}
		fmt.Fprintf(w, "| %s | **%.*f**%s (%.*f–%.*f) | %s |\n", a.what, a.digits, s.Median, a.unit, a.digits, s.Min, a.digits, s.Max, yes)
	}
	fmt.Fprintln(w)
}
