package sidekiq

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Duration is a time.Duration that is seconds in JSON, as a handler gets Rails'
// ActiveSupport::Duration: 90, 1.5. (A time.Duration in JSON is nanoseconds.)
type Duration time.Duration

// String is the duration as time.Duration writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes seconds.
func (d Duration) MarshalJSON() ([]byte, error) { return appendSeconds(nil, time.Duration(d)), nil }

// UnmarshalJSON reads seconds, to the nanosecond.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	const second = int64(time.Second)
	text := string(raw)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n <= math.MaxInt64/second && n >= math.MinInt64/second {
		*d = Duration(n * second)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if ns := math.Round(f * float64(second)); err == nil && math.Abs(ns) < math.MaxInt64 {
		*d = Duration(ns)
		return nil
	}
	return fmt.Errorf("%.100s is no number of seconds within 292 years", text)
}

// appendSeconds appends seconds, without a fraction where there is none.
func appendSeconds(dst []byte, d time.Duration) []byte {
	whole, part := d/time.Second, d%time.Second
	if part == 0 {
		return strconv.AppendInt(dst, int64(whole), 10)
	}
	if d < 0 {
		dst, whole, part = append(dst, '-'), -whole, -part
	}
	digits := strings.TrimRight(fmt.Sprintf("%09d", int64(part)), "0")
	return fmt.Appendf(dst, "%d.%s", int64(whole), digits)
}

// appendDuration appends it with the parts by which Rails adds it to a time.
func appendDuration(dst []byte, d time.Duration) []byte {
	dst = appendSeconds(append(dst, `{"_aj_serialized":"ActiveJob::Serializers::DurationSerializer","value":`...), d)
	dst = append(dst, `,"parts":[[{"_aj_serialized":"ActiveJob::Serializers::SymbolSerializer","value":"seconds"},`...)
	return append(appendSeconds(dst, d), "]]}"...)
}
