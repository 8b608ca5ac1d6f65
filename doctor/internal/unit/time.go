package unit

import "time"

// Time is what counts of a setting that is a time: the last one that is one. Others systemd
// passes with a warning in its log, an empty one too; odd are those behind it.
func (u *Unit) Time(section string, keys ...string) (d time.Duration, found Entry, odd []Entry) {
	for _, e := range u.entries(section, keys...) {
		span, ok := Span(e.Value)
		if !ok {
			odd = append(odd, e)
			continue
		}
		d, found, odd = span, e, nil
	}
	return d, found, odd
}
