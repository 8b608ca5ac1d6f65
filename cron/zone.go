package cron

import "time"

// This file brings moments of wall clocks into a zone whose clocks are changed.

// wallOf is what clocks show at t, written as UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// nextInZone goes with real time: from one change of the clocks to the next what
// they show is as far from UTC as ever.
func (s Spec) nextInZone(after time.Time) time.Time {
	for from := after; ; {
		wall, ok := s.nextWall(wallOf(from))
		if !ok {
			return time.Time{}
		}
		_, offset := from.Zone()
		next := wall.Add(-time.Duration(offset) * time.Second).In(s.zone)
		_, change := from.ZoneBounds()
		if change.IsZero() || next.Before(change) {
			return next
		}
		if atChange := wallOf(change); s.is(atChange) {
			return change
		}
		from = change
	}
}

// is says whether a moment of wall clocks is one of the Spec's.
func (s Spec) is(wall time.Time) bool {
	next, ok := s.nextWall(wall.Add(-time.Second))
	return ok && next.Equal(wall)
}

// nextOfDay has each moment of wall clocks once.
func (s Spec) nextOfDay(after time.Time) time.Time {
	wall := wallOf(after)
	if began, _ := after.ZoneBounds(); !began.IsZero() {
		// In an hour that is repeated, what clocks showed before was.
		if before := wallOf(began.Add(-time.Second)); before.After(wall) {
			wall = before
		}
	}
	for {
		next, ok := s.nextWall(wall)
		if !ok {
			return time.Time{}
		}
		if t := s.first(next); t.After(after) {
			return t
		}
		wall = next
	}
}

// first is when clocks show wall for the first time, or the first moment after a
// gap that wall is in.
func (s Spec) first(wall time.Time) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, s.zone)
	began, end := t.ZoneBounds()
	switch shown := wallOf(t); {
	case shown.After(wall):
		return began
	case shown.Before(wall):
		return end
	case began.IsZero():
		return t
	}
	_, offset := began.Add(-time.Second).Zone()
	if earlier := wall.Add(-time.Duration(offset) * time.Second).In(s.zone); earlier.Before(began) {
		return earlier
	}
	return t
}
