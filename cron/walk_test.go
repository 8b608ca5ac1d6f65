package cron_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/cron"
)

// A calendar is an expression as sets of numbers, looked at minute by minute: the
// slow way, to hold the quick one against.
type calendar struct {
	text                     string
	minutes, hours, dom, mon []int
	dow                      []int
	domStar, dowStar         bool
}

func (c *calendar) has(t time.Time) bool {
	if !slices.Contains(c.minutes, t.Minute()) || !slices.Contains(c.hours, t.Hour()) || !slices.Contains(c.mon, int(t.Month())) {
		return false
	}
	dom, dow := slices.Contains(c.dom, t.Day()), slices.Contains(c.dow, int(t.Weekday()))
	if c.domStar || c.dowStar {
		return dom && dow
	}
	return dom || dow
}

// drawn makes a random calendar.
func drawn(r *rand.Rand) *calendar {
	c := &calendar{}
	var words [5]string
	for i, f := range []struct {
		into     *[]int
		min, max int
	}{{&c.minutes, 0, 59}, {&c.hours, 0, 23}, {&c.dom, 1, 31}, {&c.mon, 1, 12}, {&c.dow, 0, 6}} {
		words[i], *f.into = drawnField(r, f.min, f.max)
	}
	c.text = strings.Join(words[:], " ")
	c.domStar, c.dowStar = words[2][0] == '*', words[4][0] == '*'
	return c
}

func drawnField(r *rand.Rand, lo, hi int) (string, []int) {
	span := func(from, to, step int) (all []int) {
		for n := from; n <= to; n += step {
			all = append(all, n)
		}
		return all
	}
	step := r.IntN(hi-1) + 1
	switch r.IntN(6) {
	case 0, 1:
		return "*", span(lo, hi, 1)
	case 2:
		return fmt.Sprintf("*/%d", step), span(lo, hi, step)
	case 3:
		from := lo + r.IntN(hi-lo)
		to := from + r.IntN(hi-from) + 1
		return fmt.Sprintf("%d-%d/%d", from, to, step), span(from, to, step)
	}
	a, b := lo+r.IntN(hi-lo+1), lo+r.IntN(hi-lo+1)
	return fmt.Sprintf("%d,%d", a, b), []int{a, b}
}

func TestItAgreesWithACalendarThatIsLookedAtMinuteByMinute(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 40 {
		c := drawn(r)
		s, err := cron.New(c.text)
		if err != nil {
			if !strings.Contains(err.Error(), "no such day") {
				t.Fatalf("seed %d: %v", seed, err)
			}
			continue
		}
		from := time.Date(2026, time.Month(r.IntN(12)+1), r.IntN(28)+1, r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC)
		next, until := s.Next(from), from.AddDate(0, 0, 40)
		for m := from.Truncate(time.Minute).Add(time.Minute); m.Before(until); m = m.Add(time.Minute) {
			if c.has(m) != next.Equal(m) {
				t.Fatalf("seed %d: %q after %v: %v, the calendar has %v: %v", seed, c.text, from, next, m, c.has(m))
			}
			if next.Equal(m) {
				next = s.Next(m)
			}
		}
	}
}

func TestWhereverClocksChangeTicksGoForwardOnceADay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "America/Havana"} {
		for _, text := range []string{"*/7 * * * *", "17 */3 * * *", "30 2 * * *", "0 0 * * *", "45 1,2,3 * * *"} {
			s := cron.Must(text, cron.Zone(zone))
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			_, change := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).ZoneBounds()
			for change.Year() == 2026 {
				around(t, s, change)
				_, change = change.ZoneBounds()
			}
		}
	}
}

// around walks over a change of the clocks.
func around(t *testing.T, s cron.Spec, change time.Time) {
	t.Helper()
	days := map[string]int{}
	for m := change.Add(-48 * time.Hour); m.Before(change.Add(48 * time.Hour)); {
		next := s.Next(m)
		if !next.After(m) || next.Sub(m) > 27*time.Hour {
			t.Fatalf("%s: %v comes after %v", s, next, m)
		}
		m = next
		days[m.Format(time.DateOnly)]++
	}
	for day, n := range days {
		if n > 1 && (strings.HasPrefix(s.String(), "30 2 ") || strings.HasPrefix(s.String(), "0 0 ")) {
			t.Errorf("%s: %d times on %s", s, n, day)
		}
	}
}

func FuzzNewNeverPanicsAndWhatItTakesHasAFuture(f *testing.F) {
	for _, text := range []string{"0 3 * * *", "*/15 1-5,7 L,15W JAN-MAR MON#2,5L Europe/Berlin", "@every 10m", "@daily", "0 0 31 2 *", "* * * * * *"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := cron.New(text)
		if err != nil {
			return
		}
		now := time.Date(2026, 11, 21, 1, 2, 3, 0, time.UTC)
		if next := s.Next(now); !next.After(now) {
			t.Errorf("%q: %v comes after %v", text, next, now)
		}
		if again, err := cron.New(s.String()); err != nil || again.String() != s.String() {
			t.Errorf("%q is written as %q: %v", text, s, err)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for _, text := range []string{"@every 10m", "*/15 * * * *", "0 3 * * *", "0 3 * * * Europe/Berlin", "0 0 29 2 *"} {
		b.Run(text, func(b *testing.B) {
			s, now := cron.Must(text), time.Date(2026, 11, 21, 1, 2, 3, 0, time.UTC)
			for b.Loop() {
				s.Next(now)
			}
		})
	}
}
