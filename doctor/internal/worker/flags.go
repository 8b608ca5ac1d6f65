package worker

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Flag is one of a command's own, as it is written there.
type Flag struct {
	Name  string
	Value deploy.Text
}

// Flag is the last of the worker's flags with one of these names and a value, written -t 25, -t25,
// --timeout=25. What stands behind -- is somebody else's: a supervisor's worker has flags of its own.
func (f *Found) Flag(names ...string) (last Flag, ok bool) {
	for i, w := range f.Words {
		if w.Value == "--" {
			break
		}
		for _, name := range names {
			if value, given := valueOf(f.Words[i:], name); given {
				last, ok = Flag{Name: name, Value: value}, true
			}
		}
	}
	return last, ok
}

// valueOf is what the first of the words gives a flag.
func valueOf(words []deploy.Text, name string) (value deploy.Text, ok bool) {
	w := words[0]
	rest, ok := strings.CutPrefix(w.Value, name)
	switch {
	case !ok:
	case rest == "" && len(words) > 1:
		return words[1], true
	case strings.HasPrefix(rest, "="):
		return deploy.Text{Value: rest[1:], Pos: w.Pos, Open: w.Open}, true
	case !strings.HasPrefix(name, "--") && rest != "" && strings.Trim(rest, "0123456789") == "":
		return deploy.Text{Value: rest, Pos: w.Pos, Open: w.Open}, true
	}
	return deploy.Text{}, false
}

// An End is what makes a worker end by itself: a flag, or a variable.
type End struct {
	Flag     string
	Variable string
	Zero     bool // by 0 alone; otherwise by whatever is not 0
	Counts   bool // only after so many jobs, however long these are in coming
}

// Ends says whether the worker ends by itself, with the variables of its place, and whether it
// does so on an idle queue as well.
func (f *Found) Ends(p Place) (ends, idle bool) {
	if f.Bounded {
		return true, true
	}
	for _, e := range f.Kind.Ends {
		if f.has(e, p) {
			ends, idle = true, idle || !e.Counts
		}
	}
	return ends, idle
}

func (f *Found) has(e End, p Place) bool {
	if t, ok := f.variable(p, e.Variable); ok && e.Variable != "" {
		n, err := strconv.ParseFloat(t.Value, 64)
		return !t.Open && t.Value != "" && (err == nil && n == 0) == e.Zero
	}
	if e.Flag == "" || !f.given(e.Flag) {
		return false
	}
	value, ok := f.Flag(e.Flag)
	return !ok || value.Value.Value != "0"
}

// given says whether a flag is there, with a value or without.
func (f *Found) given(name string) bool {
	return slices.ContainsFunc(own(f.Words), func(w deploy.Text) bool {
		return w.Value == name || strings.HasPrefix(w.Value, name+"=")
	})
}

// variable is one of the worker's variables. rake takes them as words too: rake resque:work INTERVAL=0.
func (f *Found) variable(p Place, name string) (deploy.Text, bool) {
	if t, ok := f.assigned(name); ok {
		return t, true
	}
	return p.variable(name)
}

// assigned is a variable that the command's own words set.
func (f *Found) assigned(name string) (deploy.Text, bool) {
	for i := len(f.Words) - 1; i > 0 && f.Kind.Assigns; i-- {
		if value, ok := strings.CutPrefix(f.Words[i].Value, name+"="); ok {
			return deploy.Text{Value: value, Pos: f.Words[i].Pos, Open: f.Words[i].Open}, true
		}
	}
	return deploy.Text{}, false
}
