package unit

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Forever is a time that does not end: "infinity".
const Forever time.Duration = math.MaxInt64

var spans = map[string]time.Duration{}

func init() {
	for names, d := range map[string]time.Duration{
		"usec us µs μs":        time.Microsecond,
		"msec ms":              time.Millisecond,
		"seconds second sec s": time.Second,
		"minutes minute min m": time.Minute,
		"hours hour hr h":      time.Hour,
		"days day d":           24 * time.Hour,
		"weeks week w":         7 * 24 * time.Hour,
		"months month M":       2629800 * time.Second,
		"years year y":         31557600 * time.Second,
		"nsec ns":              time.Nanosecond,
		"":                     time.Second,
	} {
		for _, name := range append(strings.Fields(names), names) {
			spans[name] = d
		}
	}
}

// Span reads a time as systemd.time(7) has it: "90", "5min 20s", "1h30min", "infinity".
// What is none systemd does not use.
func Span(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if text == "infinity" {
		return Forever, true
	}
	var sum float64
	if text == "" {
		return 0, false
	}
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if n < 0 {
			n = len(text)
		}
		value, err := strconv.ParseFloat(text[:n], 64)
		if err != nil {
			return 0, false
		}
		text = strings.TrimLeft(text[n:], " \t")
		n = strings.IndexAny(text, "0123456789. \t")
		if n < 0 {
			n = len(text)
		}
		unit, ok := spans[text[:n]]
		if !ok {
			return 0, false
		}
		sum += value * float64(unit)
		text = strings.TrimLeft(text[n:], " \t")
	}
	if sum >= float64(Forever) {
		return Forever, true
	}
	return time.Duration(sum), true
}
