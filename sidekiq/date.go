package sidekiq

import (
	"fmt"
	"time"
)

// A Date is a day without time and zone: Ruby's Date. In JSON it is text,
// "2026-01-31". Years from 0 to 9999.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of t where t is.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// In is the beginning of the day in a zone; where a clock skips it, just after.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// String is the date as ISO 8601 writes it.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes it; a day that does not exist is refused.
func (d Date) MarshalText() ([]byte, error) {
	if d.Year < 0 || d.Year > 9999 || DateOf(d.In(time.UTC)) != d {
		return nil, fmt.Errorf("there is no day %v", d)
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads a day as ISO 8601 writes it.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%.100q is no date (hint: as in 2026-01-31)", text)
	}
	*d = DateOf(t)
	return nil
}

func appendDate(dst []byte, d Date) ([]byte, error) {
	text, err := d.MarshalText()
	if err != nil {
		return nil, err
	}
	return appendObject(dst, "Date", string(text))
}
