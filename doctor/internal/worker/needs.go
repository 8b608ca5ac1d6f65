package worker

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Place is what surrounds a worker: its variables, and the files that it would read.
type Place struct {
	Variable func(name string) (deploy.Text, bool)
	Open     bool // there may be variables that no file shows

	// Absent is a file that is not here and may set a variable, whatever Variable says of it; nil:
	// there is none.
	Absent func(name string) (file deploy.Text, ok bool)

	// Read is a file of the worker's own folder, and the name under which people know it.
	Read func(name string) (content []byte, shown string, ok bool)
}

// Told is what the user says of all workers; 0: nothing.
type Told struct {
	Timeout    time.Duration
	LongestJob time.Duration
}

// Flush is the time that a worker is given on top of all to tell its store and to exit.
const Flush = 2 * time.Second

// A setting is a time as somebody has written it.
type setting struct {
	text deploy.Text
	what string
	unit time.Duration // of a number without one; 0: that of the worker's flags
	why  string        // it says nothing of how long a stop takes; empty: it does
}

// Needs are the times that a stop of the worker takes, added up: the worker's own timeout,
// what it takes beyond it, and what is left for the end.
func (f *Found) Needs(p Place, told Told) []deploy.Figure {
	own := f.timeout(p, told)
	if own.Open != "" && told.Timeout > 0 {
		own = f.told(told)
	}
	if own.Endless && told.LongestJob > 0 {
		own = deploy.Figure{Time: told.LongestJob, What: "the longest job (--longest-job)"}
	}
	needs := []deploy.Figure{own}
	if f.Kind.Extra > 0 {
		needs = append(needs, deploy.Figure{Time: f.Kind.Extra, What: f.Kind.ExtraIs, Default: true})
	}
	return append(needs, deploy.Figure{Time: Flush, What: "to say so and exit", Default: true})
}

// timeout is the worker's own time for a stop, by whoever says it first: the command, its
// configuration, the variables, its source, the user, its default.
func (f *Found) timeout(p Place, told Told) deploy.Figure {
	if f.Kind.wins != nil {
		if s, ok := f.Kind.wins(f, p); ok {
			return f.figure(s)
		}
	}
	if w, ok := f.hidden(); ok {
		return f.figure(f.concealed(w))
	}
	if flag, ok := f.Flag(f.Kind.Flags...); ok {
		return f.figure(setting{text: flag.Value, what: f.Kind.Name + "'s " + flag.Name})
	}
	for _, look := range f.Kind.files {
		if s, ok := look(f, p); ok {
			return f.figure(s)
		}
	}
	for _, name := range f.Kind.Env { // GoodJob's configuration wins over its variable
		if file, ok := p.absent(name); ok {
			return f.figure(f.absent(file))
		}
		if t, ok := p.variable(name); ok {
			return f.figure(setting{text: t, what: name})
		}
	}
	if f.Own != nil && (told.Timeout == 0 || f.Own.Open == "" && !f.Own.Default) {
		return *f.Own
	}
	if told.Timeout > 0 {
		return f.told(told)
	}
	return f.byDefault(p, told)
}

// told is the time that the user says.
func (f *Found) told(t Told) deploy.Figure {
	return deploy.Figure{Time: t.Timeout, What: f.Kind.Name + "'s timeout (--worker-timeout)"}
}

// byDefault is what counts where nothing is said.
func (f *Found) byDefault(p Place, told Told) deploy.Figure {
	fig := deploy.Figure{Time: f.Kind.Time, Endless: f.Kind.Endless, What: f.Kind.Name + "'s own default", Default: true, Pos: f.Words[0].Pos}
	switch {
	case f.Kind.Own != "" && told.LongestJob > 0:
		fig.Endless = true
	case f.Kind.Own != "":
		fig.What, fig.Open, fig.Default = f.Kind.Name+"'s time for a stop", f.Kind.Own, false
	}
	return fig
}

func (p Place) variable(name string) (deploy.Text, bool) {
	if p.Variable == nil {
		return deploy.Text{}, false
	}
	return p.Variable(name)
}

func (p Place) absent(name string) (deploy.Text, bool) {
	if p.Absent == nil {
		return deploy.Text{}, false
	}
	return p.Absent(name)
}

// figure reads a setting.
func (f *Found) figure(s setting) deploy.Figure {
	fig := deploy.Figure{What: s.what, Pos: s.text.Pos}
	if s.why != "" {
		fig.Open = s.why
		return fig
	}
	unit := cmp.Or(s.unit, f.Kind.Unit, time.Second)
	value := strings.ReplaceAll(strings.TrimSpace(s.text.Value), "_", "")
	if slices.Contains(f.Kind.NoEnd, value) && !s.text.Open {
		fig.Endless = true
		return fig
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil && !s.text.Open && n < 1e9 {
		if fig.Time = time.Duration(n * float64(unit)); n < 0 {
			fig.Time, fig.Endless = 0, true
		}
		return fig
	}
	if d, err := time.ParseDuration(value); err == nil && d >= 0 && !s.text.Open {
		fig.Time = d
		return fig
	}
	fig.Open = "is " + strconv.Quote(s.text.Value) + ", which no file here resolves"
	return fig
}
