package cron_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/cron"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

type (
	Report  struct{ Format string }
	Account struct{ Name string }
)

func writeReport(context.Context, Report) error { return nil }

// The worker of docs/schedules.md.
func Example() {
	st := memory.New(memory.Options{})
	report, poll := tasuki.NewKind[Report]("report"), tasuki.NewKind[Account]("poll")
	w, err := tasuki.New(st, tasuki.Config{
		Handlers: []tasuki.Handler{report.Do(writeReport)},
		Schedules: []tasuki.Schedule{{
			Name: "nightly report",
			At:   cron.Must("0 3 * * *", cron.Zone("Europe/Berlin")),
			Job:  report.Job(Report{Format: "pdf"}, tasuki.Unique("nightly report")),
		}, {
			Name:   "poll the bank",
			At:     cron.Must("@every 10m"),
			Job:    poll.Job(Account{"main"}),
			Missed: store.MissedSkip,
			Jitter: 30 * time.Second,
		}},
	})
	fmt.Println(w != nil, err)
	// Output: true <nil>
}

func ExampleSpec_Next() {
	s := cron.Must("30 2 * * * Europe/Berlin")
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	for range 2 {
		at = s.Next(at)
		fmt.Println(at) // on the first day the clock skips it
	}
	// Output:
	// 2026-03-29 03:00:00 +0200 CEST
	// 2026-03-30 02:30:00 +0200 CEST
}

// A Spec is what the engine wants, and what it wants to read others' times.
var (
	_ tasuki.Timing = cron.Spec{}
	_ interface {
		Parse(string) (tasuki.Timing, error)
	} = cron.Spec{}
)
