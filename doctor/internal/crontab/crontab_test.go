package crontab

import (
	"fmt"
	"strings"
	"testing"
)

func TestEntriesAreReadAsCronDoes(t *testing.T) {
	for in, want := range map[string]string{
		"* * * * * a b":                 "* * * * *||a b",
		"  */5 1,2 1-7 jan mon-fri a":   "*/5 1,2 1-7 jan mon-fri||a",
		"@reboot a":                     "@reboot||a",
		"@hourly root a":                "@hourly|root|a",
		"# * * * * * a":                 "",
		"A=1 b":                         "",
		"MAILTO=\"\"":                   "",
		"* * * * a":                     "",
		"0 0 * * * a \\%F %in\nb":       "0 0 * * *||a %F",
		"0 0 * * * deploy cd /x && b":   "0 0 * * *|deploy|cd /x && b",
		"0 0 * * * sidekiq -t 5 && end": "0 0 * * *||sidekiq -t 5 && end",
	} {
		b := []string{}
		for _, l := range Read("crontab", []byte(in)) {
			b = append(b, fmt.Sprintf("%s|%s|%s", l.When, l.User, l.Command))
		}
		if got := strings.Join(b, "\n"); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestAFolderOfTheSystemHasUsersInItsEntries(t *testing.T) {
	if got := Read("etc/cron.d/a", []byte("* * * * * shopper a b"))[0]; got.User != "shopper" || got.Command != "a b" {
		t.Errorf("%+v", got)
	}
}

func TestVariablesHoldForTheEntriesBelow(t *testing.T) {
	all := Read("crontab", []byte("* * * * * a\nX='1 2'\n* * * * * b"))
	if len(all) != 2 || all[0].Env["X"] != "" || all[1].Env["X"] != "1 2" || all[1].Number != 3 {
		t.Errorf("%+v", all)
	}
}

func TestAScheduleIsReadAsFarAsItIsPlain(t *testing.T) {
	b := []string{}
	for _, l := range Schedule([]byte("every 1.hour, at: 5 do\n  rake 'a:b'\n  command \"c\"\n  # command 'd'\n  command \"e #{f}\"\n  runner 'G.h'\nend\nevery :reboot do\n script 'i'\nend\n")) {
		b = append(b, fmt.Sprintf("%d %s|%s", l.Number, l.When, l.Command))
	}
	if got, want := strings.Join(b, "\n"), "2 1.hour, at: 5|bundle exec rake a:b\n3 1.hour, at: 5|c\n9 @reboot|bundle exec script/i"; got != want {
		t.Errorf("%s", got)
	}
}

func TestCrontabsAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]bool{"crontab": true, "a.cron": true, "deploy/cron.d/jobs": true, "etc/crontab": true, "cron.d/README": false, "crontab.md": false, "lib/cron.rb": false, "cron.d/.placeholder": false} {
		if got := Named(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
