package deploy

import (
	"strconv"
	"strings"
	"time"
)

// A Figure is a time and who says it.
type Figure struct {
	Time    time.Duration
	What    string // for people: "stopTimeout", "sidekiq's timeout (-t)"
	Pos     Pos    // where it stands; unknown for a default
	Default bool   // no file says it: it is what the platform or the worker does by itself
	Endless bool   // it has no end
	Open    string // why it is not known; empty: it is
}

// Known says whether it can be counted with.
func (f Figure) Known() bool { return f.Open == "" && !f.Endless }

// Seconds writes a time the way that configurations have it: "30 s", "2.5 s".
func Seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// A Sum is the relation that a stop depends on: what the worker needs after the stop signal
// against what the platform gives.
type Sum struct {
	Need  []Figure // added up
	Grace Figure
	Less  []Figure // taken off the grace before the signal arrives
}

// Needed is what the worker needs in all.
func (s *Sum) Needed() time.Duration { return total(s.Need) }

// Available is what is left of the grace when the signal arrives.
func (s *Sum) Available() time.Duration { return s.Grace.Time - total(s.Less) }

// Lacks is how much is missing; 0 or less: nothing.
func (s *Sum) Lacks() time.Duration { return s.Needed() - s.Available() }

// Open says what is not known of it; empty: all is, or what is known is enough: a platform that
// waits for ever.
func (s *Sum) Open() string {
	if s.Grace.Endless && s.Grace.Open == "" {
		return ""
	}
	for _, f := range s.Figures() {
		switch {
		case f.Open != "":
			return f.What + " " + f.Open
		case f.Endless:
			return f.What + " has no end"
		}
	}
	return ""
}

// Holds says whether the worker has the time it needs, as far as all is known.
func (s *Sum) Holds() bool {
	return s.Open() == "" && (s.Grace.Endless || s.Lacks() <= 0)
}

// Breaks says whether it is known that it has not: what is not known only adds to it.
func (s *Sum) Breaks() bool {
	return s.Grace.Known() && s.Lacks() > 0
}

// Figures are all that the relation is made of.
func (s *Sum) Figures() []Figure {
	return append(append(append([]Figure{}, s.Need...), s.Less...), s.Grace)
}

// String is a figure with whoever says it.
func (f Figure) String() string {
	text := number(f) + " s  " + f.What
	switch {
	case f.Open != "":
		text = "unknown  " + f.What + " " + f.Open
	case f.Endless:
		text = "no end  " + f.What
	}
	if f.Pos.Known() && !f.Default {
		text += " (" + f.Pos.String() + ")"
	}
	return text
}

// String writes it as a sum: "25 -t + 3 Sidekiq's last wait + 2 flush + 15 preStop = 45 > 30".
func (s *Sum) String() string {
	var parts []string
	for _, f := range append(append([]Figure{}, s.Need...), s.Less...) {
		parts = append(parts, number(f)+" "+f.What)
	}
	text := strings.Join(parts, " + ")
	needed := s.Needed() + total(s.Less)
	if len(parts) > 1 && (s.Open() == "" || s.Breaks()) && !s.Grace.Endless {
		text += " = " + plain(needed)
	}
	sign := " ? "
	switch {
	case s.Holds():
		sign = " ≤ "
	case s.Breaks():
		sign = " > "
	}
	return text + sign + number(s.Grace) + " " + s.Grace.What
}

func total(all []Figure) (sum time.Duration) {
	for _, f := range all {
		sum += f.Time
	}
	return sum
}

func plain(d time.Duration) string { return strings.TrimSuffix(Seconds(d), " s") }

func number(f Figure) string {
	switch {
	case f.Open != "":
		return "?"
	case f.Endless:
		return "∞"
	}
	return plain(f.Time)
}
