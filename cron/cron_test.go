package cron_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/cron"
)

const layout = "2006-01-02 15:04:05 -0700"

// at reads a moment, with its distance from UTC.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wantTicks asserts what comes after a moment, in the Spec's zone.
func wantTicks(t *testing.T, text, after string, want ...string) {
	t.Helper()
	s, err := cron.New(text)
	if err != nil {
		t.Fatal(err)
	}
	m := at(t, after)
	for i, w := range want {
		next := s.Next(m)
		if got := next.Format(layout); got != w {
			t.Fatalf("%s, tick %d after %s: %s, want %s", text, i+1, after, got, w)
		}
		m = next
	}
}

func TestATimeThatTheClockSkipsComesOnceAtTheFirstMomentAfterTheGap(t *testing.T) {
	wantTicks(t, "30 2 * * * Europe/Berlin", "2026-03-28 12:00:00 +0100", "2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200")
	wantTicks(t, "*/15 2 * * * Europe/Berlin", "2026-03-28 12:00:00 +0100", "2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200")
	wantTicks(t, "0 2,3 * * * Europe/Berlin", "2026-03-28 12:00:00 +0100", "2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200")
	wantTicks(t, "@daily Africa/Cairo", "2026-04-23 12:00:00 +0200", "2026-04-24 01:00:00 +0300", "2026-04-25 00:00:00 +0300")
	wantTicks(t, "0 12 * * * Pacific/Apia", "2011-12-29 12:00:00 -1000", "2011-12-31 00:00:00 +1400", "2011-12-31 12:00:00 +1400")
}

func TestATimeThatTheClockRepeatsComesTheFirstTimeOnly(t *testing.T) {
	wantTicks(t, "30 2 * * * Europe/Berlin", "2026-10-24 12:00:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100")
	wantTicks(t, "30 2 * * * Europe/Berlin", "2026-10-25 02:10:00 +0100", "2026-10-26 02:30:00 +0100")
	wantTicks(t, "*/30 2-3 * * * Europe/Berlin", "2026-10-25 02:29:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-25 03:00:00 +0100")
	wantTicks(t, "59 1 * * * America/New_York", "2026-11-01 00:00:00 -0400", "2026-11-01 01:59:00 -0400", "2026-11-02 01:59:00 -0500")
}

func TestEveryQuarterOfAnHourComesEvery15MinutesOfRealTime(t *testing.T) {
	for _, day := range []string{"2026-03-28 22:00:00 +0100", "2026-10-24 22:00:00 +0200"} {
		s := cron.Must("*/15 * * * * Europe/Berlin")
		m := at(t, day)
		for range 4 * 24 {
			next := s.Next(m)
			if next.Sub(m) != 15*time.Minute {
				t.Fatalf("%s comes %v after %s", next.Format(layout), next.Sub(m), m.Format(layout))
			}
			m = next
		}
	}
	wantTicks(t, "@hourly Europe/Berlin", "2026-10-25 01:30:00 +0200", "2026-10-25 02:00:00 +0200", "2026-10-25 02:00:00 +0100", "2026-10-25 03:00:00 +0100")
}

func TestDaysAreThoseOfCrontab(t *testing.T) {
	wantTicks(t, "0 0 13 * FRI", "2026-11-20 00:00:00 +0000", "2026-11-27 00:00:00 +0000", "2026-12-04 00:00:00 +0000",
		"2026-12-11 00:00:00 +0000", "2026-12-13 00:00:00 +0000") // one of them is enough
	wantTicks(t, "0 0 */2 * MON", "2026-11-20 00:00:00 +0000", "2026-11-23 00:00:00 +0000", "2026-12-07 00:00:00 +0000") // both: one begins with *
	wantTicks(t, "0 0 * * 7", "2026-11-20 00:00:00 +0000", "2026-11-22 00:00:00 +0000")
	wantTicks(t, "0 0 * * sat-sun", "2026-11-20 00:00:00 +0000", "2026-11-21 00:00:00 +0000", "2026-11-22 00:00:00 +0000", "2026-11-28 00:00:00 +0000")
	wantTicks(t, "0 0 ? 2 ?", "2026-11-20 00:00:00 +0000", "2027-02-01 00:00:00 +0000")
	wantTicks(t, "0 0 L * *", "2028-02-01 00:00:00 +0000", "2028-02-29 00:00:00 +0000", "2028-03-31 00:00:00 +0000")
	wantTicks(t, "0 0 15W * *", "2026-10-31 00:00:00 +0000", "2026-11-16 00:00:00 +0000") // the 15th is a Sunday
	wantTicks(t, "0 0 1W * *", "2026-07-31 00:00:00 +0000", "2026-08-03 00:00:00 +0000")  // not in the month before
	wantTicks(t, "0 0 * * TUE#2", "2026-11-01 00:00:00 +0000", "2026-11-10 00:00:00 +0000", "2026-12-08 00:00:00 +0000")
	wantTicks(t, "0 0 * * 5L", "2026-11-01 00:00:00 +0000", "2026-11-27 00:00:00 +0000")
	wantTicks(t, "0 0 * * FRI#L", "2026-11-01 00:00:00 +0000", "2026-11-27 00:00:00 +0000")
	wantTicks(t, "0 0 29 2 *", "2096-03-01 00:00:00 +0000", "2104-02-29 00:00:00 +0000")
}

func TestSixFieldsBeginWithASecond(t *testing.T) {
	wantTicks(t, "*/20 0 3 * * *", "2026-11-20 03:00:10 +0000", "2026-11-20 03:00:20 +0000", "2026-11-20 03:00:40 +0000", "2026-11-21 03:00:00 +0000")
	wantTicks(t, "0 3 * * *", "2026-11-20 02:59:59 +0000", "2026-11-20 03:00:00 +0000")
	wantTicks(t, "30 0 3 * * * Asia/Tokyo", "2026-11-20 00:00:00 +0000", "2026-11-21 03:00:30 +0900")
}

func TestEveryCountsFrom1970SoThatAllAgree(t *testing.T) {
	wantTicks(t, "@every 10m", "2026-11-20 03:04:05 +0000", "2026-11-20 03:10:00 +0000", "2026-11-20 03:20:00 +0000")
	wantTicks(t, "@every 7s", "1970-01-01 00:00:01 +0000", "1970-01-01 00:00:07 +0000")
	wantTicks(t, "@every 7s", "1969-12-31 23:59:59 +0000", "1970-01-01 00:00:00 +0000")
	wantTicks(t, "@every 1h", "2026-11-20 03:00:00 +0000", "2026-11-20 04:00:00 +0000")
}

func TestWhatNewRefusesItRefusesWithTheReason(t *testing.T) {
	for text, why := range map[string]string{
		"":                            "it is empty",
		"* * * *":                     "4 fields",
		"* * * * * * *":               "7 fields",
		"0 0 31 2 *":                  "no such day",
		"0 0 31 4,6,9,11 *":           "no such day",
		"60 * * * *":                  `minute "60"`,
		"* 24 * * *":                  `hour "24"`,
		"* * 0 * *":                   `day of month "0"`,
		"* * * 13 *":                  `month "13"`,
		"* * * * 8":                   `day of week "8"`,
		"30,99 * * * *":               `"99" is not from 0 to 59`,
		"1-2-3 * * * *":               `"2-3" is not`,
		"+5 * * * *":                  `"+5" is not`,
		"5/10 * * * *":                "(hint: 5-59/10)",
		"*/0 * * * *":                 "from 1 to 59",
		"*/60 * * * *":                "from 1 to 59",
		"*/ * * * *":                  "from 1 to 59",
		"*,5 * * * *":                 "adds nothing",
		", * * * *":                   `"" is not`,
		"50-10 * * * *":               "(hint: 50-59,0-10)",
		"* * * * FRI-MON":             "(hint: FRI-7,0-MON)",
		"* * * JANUARY *":             `"JANUARY" is not`,
		"* * * MON *":                 `"MON" is not`,
		"0 0 0W * *":                  `"0" is not from 1 to 31`,
		"0 0 LW * *":                  `"L" is not`,
		"0 0 * * 9#1":                 `"9" is not`,
		"0 0 * * 1#6":                 "from 1 to 5",
		"L * * * *":                   `"L" is not`,
		"? * * * *":                   `"?" is not`,
		"@never":                      "no such name",
		"@daily 5":                    "no such name",
		"@every":                      "one duration",
		"@every soon":                 "no duration",
		"@every 500ms":                "whole seconds",
		"@every 1500ms":               "whole seconds",
		"@every -1h":                  "whole seconds",
		"@every 1h Europe/Berlin":     "one duration",
		"0 3 * * * Europe/Atlantis":   "time/tzdata",
		"0 3 * * * Local":             "another on each machine",
		"0 3 * * * ../../etc/passwd":  "day of week",
		"0 3 * * * Europe/../etc/hos": "time/tzdata",
	} {
		_, err := cron.New(text)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: error %v, want one with %q", text, err, why)
		}
	}
}

func TestAZoneIsGivenOnce(t *testing.T) {
	s, err := cron.New("0 3 * * *", cron.Zone("Europe/Berlin"))
	if err != nil || s.String() != "0 3 * * * Europe/Berlin" {
		t.Errorf("%q, %v", s, err)
	}
	if _, err := cron.New("0 3 * * * Europe/Berlin", cron.Zone("Asia/Tokyo")); err == nil {
		t.Error("two zones at once were taken")
	}
	if _, err := cron.New("@every 1h", cron.Zone("Asia/Tokyo")); err == nil {
		t.Error("a zone for @every was taken")
	}
}

func TestItsTextIsReadAsTheSameSpec(t *testing.T) {
	for _, text := range []string{"0 3 * * *", "  0  3 * *  MON ", "@daily Europe/Berlin", "@every 90s", "0 0 3 * * * UTC", "0 0 L * * Asia/Tokyo"} {
		s := cron.Must(text)
		again, err := s.Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Errorf("%q became %q, then %v, %v", text, s, again, err)
			continue
		}
		now := time.Date(2026, 11, 21, 1, 2, 3, 0, time.UTC)
		if a, b := s.Next(now), again.Next(now); !a.Equal(b) {
			t.Errorf("%q: %v and %v", text, a, b)
		}
	}
}

func TestTheZeroSpecHasNoMoments(t *testing.T) {
	var s cron.Spec
	if next := s.Next(time.Now()); !next.IsZero() || s.String() != "" {
		t.Errorf("%q has %v", s, next)
	}
}
