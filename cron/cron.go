// Package cron makes times of day out of the text that crontab(5) has, for
// tasuki's schedules:
//
//	0 3 * * *                  every day at 03:00, UTC
//	0 3 * * * Europe/Berlin    every day at 03:00 there
//	*/15 9-17 * * MON-FRI      every quarter of an hour of office hours
//	@every 10m                 at multiples of ten minutes since 1970, UTC
//
// # Fields
//
// Minute (0-59), hour (0-23), day of month (1-31), month (1-12 or JAN-DEC), day of
// week (0-7 or SUN-SAT, 0 and 7 are Sunday). Six fields begin with a second. A field
// is * or a list of numbers, ranges (1-5) and steps (*/15, 10-40/10). In a day of
// month also L (the last) and 15W (the working day nearest to the 15th, in its
// month), in a day of week also FRI#2 (the second of the month) and FRI#L or 5L (the
// last). As in crontab(5), if neither day begins with * a day that matches one of
// them is enough. A ? is a *, in the two days.
//
// @yearly (@annually), @monthly, @weekly, @daily (@midnight) and @hourly stand for what
// they say. @every takes a Go duration of whole seconds.
//
// # Daylight saving
//
// If the hour is a time of day (all but *), each time comes exactly once a day: one
// that the clock skips comes at the first moment after the gap, one that the clock
// repeats comes the first time only. If the hour is *, ticks go with the time that
// really passes: */15 comes every 15 minutes, also while an hour is repeated.
package cron

import (
	"fmt"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// A Spec is a set of moments. Make one with New; the zero Spec has none. It is a
// tasuki.Timing.
type Spec struct {
	text  string         // as typed, without the zone
	every time.Duration  // of @every
	wall  string         // for gronx: six fields, numbers only
	hours bool           // any hour: goes with real time
	zone  *time.Location // of wall
}

// An Option says what the text does not.
type Option func(*settings)

type settings struct{ zone string }

// Zone names the time zone, of the IANA database. Default: the one at the end of
// the text, else UTC. A zone needs the database on the machine, or an import of
// time/tzdata in the program.
func Zone(name string) Option { return func(s *settings) { s.zone = name } }

// New reads a text as the package describes it. A text that is none, a zone that is
// not there and a set that is empty (31 February) are errors that say which.
func New(text string, opts ...Option) (Spec, error) {
	var set settings
	for _, o := range opts {
		o(&set)
	}
	s, err := parse(strings.Fields(text), set.zone)
	if err != nil {
		return Spec{}, fmt.Errorf("cron %.100q: %w", text, err)
	}
	return s, nil
}

// Must is New for texts that are constants: it panics where New fails.
func Must(text string, opts ...Option) Spec {
	s, err := New(text, opts...)
	if err != nil {
		panic(err)
	}
	return s
}

// String is a text that New reads as the same Spec.
func (s Spec) String() string {
	if s.zone == nil || s.zone == time.UTC {
		return s.text
	}
	return s.text + " " + s.zone.String()
}

// Parse is New, for workers that find a text in the store which another version of
// their program declared.
func (Spec) Parse(text string) (interface {
	Next(after time.Time) time.Time
	String() string
}, error) {
	return New(text)
}

// Next is the first moment of the Spec after another; the zero time if there is
// none.
func (s Spec) Next(after time.Time) time.Time {
	switch {
	case s.every > 0:
		return nextEvery(after, int64(s.every/time.Second))
	case s.zone == nil:
		return time.Time{}
	case s.hours:
		return s.nextInZone(after.In(s.zone))
	}
	return s.nextOfDay(after.In(s.zone))
}

// nextEvery is the next multiple of some seconds since 1970, so that all agree on
// it.
func nextEvery(after time.Time, seconds int64) time.Time {
	n := after.Unix()
	past := n % seconds
	if past < 0 {
		past += seconds
	}
	return time.Unix(n-past+seconds, 0).UTC()
}

// nextWall is the next moment of wall clocks alone, written as UTC.
func (s Spec) nextWall(after time.Time) (time.Time, bool) {
	next, err := gronx.NextTickAfter(s.wall, after, false)
	return next, err == nil && next.After(after)
}
