package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// A Contest is one measurement of several contestants.
type Contest struct {
	Name    string // in flags and JSON
	Title   string
	Note    string
	Rows    []Row
	Columns []Column
	// Parts are the moments at which a task looked: then a row is printed for
	// each, from keys that end in 1, 2, ….
	Parts []string
	Runs  int
}

// A Row is one contestant's part.
type Row struct {
	Label string
	Task  Task
	Fill  Fill // what its store holds at the start
	Runs  int  // at most; 0: as many as the contest has
}

// A Fill is a store's content. The zero Fill is a store that is not there yet.
type Fill struct {
	Jobs      int // that wait
	Strangers int // that wait in front, of a kind that nobody runs
	Churn     int // that were worked off before; then nothing tidies the store
}

// A Column is one value of the samples.
type Column struct {
	Head   string
	Key    string
	Digits int  // after the point
	Whole  bool // print the median alone
}

// A Result is what a contest found: every sample, by row and run. A run that
// failed has a nil sample.
type Result struct {
	*Contest
	Samples [][]Sample
	Failed  []error // by row: the last failure
}

// A Runner runs contests.
type Runner struct {
	Contestants []Contestant
	Stores      Stores    // where they are is part of what is measured
	Profiles    string    // directory for CPU profiles; empty: none
	Progress    io.Writer // a line for each measurement
	// Calm is what share of the processors other processes may use, in per
	// cent: a measurement waits for it, and is repeated a few times if it was
	// not kept. 0: any.
	Calm float64

	prepared map[string]string
	copies   int
}

// Run measures: the rows in turn, each round beginning with the next of them.
func (r *Runner) Run(ctx context.Context, c *Contest) (*Result, error) {
	res := &Result{Contest: c, Samples: make([][]Sample, len(c.Rows)), Failed: make([]error, len(c.Rows))}
	for i := range res.Samples {
		res.Samples[i] = make([]Sample, c.Runs)
	}
	for round := range c.Runs {
		for turn := range c.Rows {
			i := (round + turn) % len(c.Rows)
			if n := c.Rows[i].Runs; n > 0 && round >= n {
				continue
			}
			sample, err := r.calmly(ctx, c, &c.Rows[i])
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			fmt.Fprintf(r.Progress, "%s %d/%d  %s  %s\n", c.Name, round+1, c.Runs, c.Rows[i].Label, brief(c, sample, err))
			res.Samples[i][round] = sample
			if err != nil {
				res.Failed[i] = err
			}
		}
	}
	return res, nil
}

// calmTries is how often a measurement that others disturbed is made.
const calmTries = 3

// calmly does a row's task while others are quiet, as far as they ever are.
func (r *Runner) calmly(ctx context.Context, c *Contest, row *Row) (best Sample, err error) {
	if r.Calm <= 0 {
		return r.one(ctx, c, row)
	}
	for range calmTries {
		if err := calm(ctx, r.Calm/100); err != nil {
			return nil, err
		}
		sample, err := r.one(ctx, c, row)
		if err != nil {
			return nil, err
		}
		if best == nil || sample["others"] < best["others"] {
			best = sample
		}
		if best["others"] <= r.Calm {
			break
		}
	}
	return best, nil
}

// one does a row's task on a store as it begins with.
func (r *Runner) one(ctx context.Context, c *Contest, row *Row) (Sample, error) {
	path, remove, err := r.fresh(ctx, row)
	if err != nil {
		return nil, err
	}
	defer remove()
	t := row.Task
	t.Path = path
	if r.Profiles != "" {
		t.Profile = filepath.Join(r.Profiles, fmt.Sprintf("%s-%s.pprof", c.Name, row.Label))
	}
	return r.spawn(ctx, t)
}

// spawn measures a task beside the stores' server, if they have one.
func (r *Runner) spawn(ctx context.Context, t Task) (Sample, error) {
	if s, ok := r.Stores.(Served); ok {
		t.Server = s.Server()
	}
	return measured(ctx, t)
}

// brief is a sample in one line.
func brief(c *Contest, s Sample, err error) string {
	if err != nil {
		return "FAILED: " + err.Error()
	}
	line := ""
	for _, col := range c.Columns {
		if len(c.Parts) > 0 {
			col.Key += fmt.Sprint(len(c.Parts))
		}
		line += fmt.Sprintf("%s %s  ", col.Head, number(s[col.Key], col.Digits))
	}
	return line + fmt.Sprintf("others %.0f %%", s["others"])
}

// Summary is what the runs of a row say of one value.
func (r *Result) Summary(row int, key string) Summary {
	var values []float64
	for _, s := range r.Samples[row] {
		if v, ok := s[key]; ok {
			values = append(values, v)
		}
	}
	return Summarize(values)
}

// Ratio compares two rows' values, each run with the other's of the same round.
func (r *Result) Ratio(row, against string, key string) (Summary, error) {
	a, b := r.index(row), r.index(against)
	if a < 0 || b < 0 {
		return Summary{}, errors.New("not measured")
	}
	var ratios []float64
	for i, s := range r.Samples[a] {
		v, ok := s[key]
		if w := r.Samples[b][i][key]; ok && w != 0 {
			ratios = append(ratios, v/w)
		}
	}
	if len(ratios) == 0 {
		return Summary{}, errors.New("not measured")
	}
	return Summarize(ratios), nil
}

// Of is the summary of a row by its label.
func (r *Result) Of(row, key string) (Summary, error) {
	i := r.index(row)
	if i < 0 {
		return Summary{}, errors.New("not measured")
	}
	s := r.Summary(i, key)
	if s.Runs == 0 {
		return s, errors.New("not measured")
	}
	return s, nil
}

func (r *Result) index(label string) int {
	for i := range r.Rows {
		if r.Rows[i].Label == label {
			return i
		}
	}
	return -1
}
