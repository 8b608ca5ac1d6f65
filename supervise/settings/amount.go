package settings

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func number(to func(*Settings) *int, least, most int) setter {
	return scalarSetter(to, func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, bad(fmt.Sprintf("write a number from %d to %d", least, most), "%q is no such number", text)
		}
		return n, nil
	})
}

func setMaxJobs(s *Settings, v value, dir string) error {
	return scalarSetter(func(s *Settings) *int64 { return &s.Limits.Jobs }, func(text string) (int64, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return 0, bad("write a number such as 10000, or leave the key out", "%q is no such number", text)
		}
		return n, nil
	})(s, v, dir)
}

func truth(to func(*Settings) *bool) setter {
	return scalarSetter(to, func(text string) (bool, error) {
		switch strings.ToLower(text) {
		case "true", "yes", "on":
			return true, nil
		case "false", "no", "off":
			return false, nil
		}
		return false, bad("write true or false", "%q is neither true nor false", text)
	})
}

func span(to func(*Settings) *time.Duration) setter { return scalarSetter(to, parseSpan) }

// parseSpan reads 90s, 5m, 2h30m, 7d, or a number of seconds.
func parseSpan(text string) (time.Duration, error) {
	for _, unit := range []struct {
		mark string
		is   time.Duration
	}{{"d", 24 * time.Hour}, {"", time.Second}} {
		number, found := strings.CutSuffix(text, unit.mark)
		n, err := strconv.ParseFloat(number, 64)
		if found && err == nil && n > 0 && n*float64(unit.is) < 1<<62 {
			return time.Duration(n * float64(unit.is)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, bad("write 90s, 5m, 2h30m or 7d; a bare number means seconds; leave the key out for its default", "%q is no time", text)
}

var sizes = regexp.MustCompile(`^(?i)([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)(i?B)?$`)

func size(to func(*Settings) *int64) setter {
	return scalarSetter(to, func(text string) (int64, error) {
		m := sizes.FindStringSubmatch(text)
		if m == nil {
			return 0, bad("write 512M or 2G", "%q is no size", text)
		}
		n, err := strconv.ParseFloat(m[1], 64)
		unit := 10 * strings.Index("KMGT", strings.ToUpper(m[2]))
		if m[2] != "" {
			unit += 10
		} else {
			unit = 0
		}
		n *= math.Pow(2, float64(unit))
		if err != nil || n < 1<<20 || n > 1<<60 {
			return 0, bad("write 512M or 2G", "%q is no size that a worker can have", text)
		}
		return int64(n), nil
	})
}
