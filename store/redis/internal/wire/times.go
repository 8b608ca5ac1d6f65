package wire

import (
	"strconv"
	"strings"
	"time"
)

// A Unit is in what a payload's times are written. Sidekiq up to 7 writes and
// expects Seconds, from 8 on it writes Millis and tells the two apart by whether
// the number is a Float.
type Unit uint8

const (
	Seconds Unit = iota // since 1970, a float: 1795287767.248696
	Millis              // since 1970, an integer: 1795287767248
)

// Spell is a time as a payload's value, cut to microseconds or to milliseconds.
func (u Unit) Spell(t time.Time) string {
	var buf [32]byte
	return string(u.Append(buf[:0], t))
}

// Append appends what Spell makes.
func (u Unit) Append(dst []byte, t time.Time) []byte {
	if u == Millis {
		return strconv.AppendInt(dst, t.UnixMilli(), 10)
	}
	return appendSeconds(dst, t)
}

// appendSeconds writes the digits that Ruby writes for the same Float. As long as
// floats lie closer than half a microsecond (up to 2^32 s, the year 2106) these are
// the decimal ones; other times are asked of the float.
func appendSeconds(dst []byte, t time.Time) []byte {
	s, micros := t.Unix(), int64(t.Nanosecond()/1000)
	if s < 1 || s >= 1<<32 {
		return AppendFloat(dst, float64(s)+float64(micros)/1e6)
	}
	dst = strconv.AppendInt(dst, s, 10)
	dst = append(dst, '.')
	from := len(dst)
	dst = strconv.AppendInt(dst, 1e6+micros, 10)
	dst = append(dst[:from], dst[from+1:]...)
	for len(dst) > from+1 && dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// farthest is the number beyond which no time is in seconds (it would be the year
// 5138), and below which none is in milliseconds (it would be 1973).
const farthest = 1e11

// What time.Time takes to JSON, in seconds: the years 0 to 9999.
const earliest, latest = -62167219200, 253402300799

// ReadTime reads a time as any Sidekiq wrote it: a number, or a string that holds
// one. Sidekiq 8 takes a float for seconds and an integer for milliseconds; which of
// both it is shows in its size as well, and so times count that somebody wrote with
// the other type. It comes in UTC, to the nanosecond. False: it is no number, or no
// time of the years 0 to 9999.
func ReadTime(raw string) (time.Time, bool) {
	if strings.HasPrefix(raw, `"`) && skipString(raw, 0) == len(raw) {
		raw = unquote(raw)
	}
	if end := skipNumber(raw, 0); end != len(raw) {
		return time.Time{}, false
	}
	if strings.ContainsAny(raw, "eE") {
		f, _ := strconv.ParseFloat(raw, 64) // an infinity is refused below
		raw = strconv.FormatFloat(f, 'f', -1, 64)
	}
	whole, billionths, ok := decimal(raw)
	if !ok {
		return time.Time{}, false
	}
	t := time.Unix(whole, billionths)
	if whole >= farthest || whole <= -farthest {
		t = time.UnixMilli(whole).Add(time.Duration(billionths / 1e3))
	}
	return t.UTC(), t.Unix() >= earliest && t.Unix() <= latest
}

// decimal reads a number without exponent, both parts with its sign. False: it does
// not fit.
func decimal(raw string) (whole, billionths int64, ok bool) {
	digits, negative := strings.CutPrefix(raw, "-")
	before, after, _ := strings.Cut(digits, ".")
	whole, err := strconv.ParseInt(before, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	for k := range 9 {
		billionths *= 10
		if k < len(after) {
			billionths += int64(after[k] - '0')
		}
	}
	if negative {
		return -whole, -billionths, true
	}
	return whole, billionths, true
}
