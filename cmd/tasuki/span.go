package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// A span is a duration on the command line or in a file of jobs: "90s", "5m",
// "7d", or a number of seconds.
type span time.Duration

// Decode reads a flag; kong calls it.
func (s *span) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("time", &text); err != nil {
		return err
	}
	d, err := parseSpan(text)
	*s = span(d)
	return err
}

// UnmarshalJSON reads a field: a text, or a number of seconds.
func (s *span) UnmarshalJSON(b []byte) error {
	d, err := parseSpan(strings.Trim(string(b), `"`))
	*s = span(d)
	return err
}

func parseSpan(text string) (time.Duration, error) {
	for _, unit := range []struct {
		mark string
		is   time.Duration
	}{{"d", 24 * time.Hour}, {"", time.Second}} {
		number, found := strings.CutSuffix(text, unit.mark)
		n, err := strconv.ParseFloat(number, 64)
		if found && err == nil && n >= 0 && n*float64(unit.is) < 1<<62 {
			return time.Duration(n * float64(unit.is)), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time (hint: write 90s, 5m, 2h30m or 7d; a bare number means seconds)", text)
	}
	return d, nil
}

// briefly is d as a person says it: 350ms, 4.2s, 3m12s, 5h04m, 12d.
func briefly(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}
