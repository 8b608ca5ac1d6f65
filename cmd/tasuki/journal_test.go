package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

var morning = time.Date(2026, 5, 4, 9, 0, 0, 0, time.Local)

func runOf(from, until time.Duration, why string) store.Run {
	return store.Run{Worker: "w:1:a", From: morning.Add(from), Until: morning.Add(until), Why: why}
}

func TestAJournalIsInTheOrderOfTime(t *testing.T) {
	r := store.Record{State: store.Running, Worker: "w:2:b", ClaimedAt: morning.Add(time.Hour), Journal: []store.Run{
		runOf(0, 90*time.Second, "handed over: the worker stops"),
		{From: morning.Add(10 * time.Minute), Until: morning.Add(10 * time.Minute), Why: "retried by hand"},
		runOf(20*time.Minute, 21*time.Minute, "released: process 4711 is gone"),
	}}
	r.Journal[0].Cursor = json.RawMessage(`{ "page": 7 }`)
	h := history{job: &r, now: morning.Add(2 * time.Hour), marks: []store.Mark{
		{Label: "v1", At: morning.Add(time.Minute), By: "ci"}, {Label: "v2", At: morning.Add(30 * time.Minute)}, {Label: "v3", At: morning.Add(119 * time.Minute)}}}
	want := `
RUN  FROM                 UNTIL     RAN     WORKER
  1  2026-05-04 09:00:00  09:01:30  1m30s   w:1:a
     handed over: the worker stops
     cursor {"page":7}
──── 2026-05-04 09:01:00  deploy v1 by ci ────
──── 2026-05-04 09:10:00  retried by hand ────
  2  2026-05-04 09:20:00  09:21:00  1m00s   w:1:a
     released: process 4711 is gone
──── 2026-05-04 09:30:00  deploy v2 ────
  3  2026-05-04 10:00:00  now       1h00m   w:2:b
──── 2026-05-04 10:59:00  deploy v3 ────
`
	if got := h.String(); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

func TestAJobThatNeverRanHasNoJournal(t *testing.T) {
	h := history{job: &store.Record{State: store.Ready}, marks: []store.Mark{{Label: "v1", At: morning}}, now: morning}
	if got := h.String(); got != "" {
		t.Errorf("it is %q", got)
	}
}

func TestAJournalSaysThatRunsAreLeftOut(t *testing.T) {
	const words = "the journal keeps the first run and the newest 49\n"
	for _, n := range []int{store.MaxJournal - 1, store.MaxJournal} {
		r := store.Record{State: store.Dead}
		for i := range n {
			r.Journal = append(r.Journal, runOf(time.Duration(i)*time.Minute, time.Duration(i+1)*time.Minute, fmt.Sprint("why ", i)))
		}
		got := (&history{job: &r, now: morning}).String()
		if strings.Contains(got, words) != (n == store.MaxJournal) {
			t.Errorf("%d runs: %s", n, got)
		}
	}
}

func TestAJournalCannotPaint(t *testing.T) {
	r := store.Record{State: store.Dead, Journal: []store.Run{runOf(0, 1, "why\x1b[31m\nnot"), {From: morning, Until: morning, Why: "\x1b[2J"}}}
	r.Journal[0].Worker, r.Journal[0].Cursor = "w\a", json.RawMessage("\"\x1b\"")
	got := (&history{job: &r, now: morning, marks: []store.Mark{{Label: "\u202Ev1", By: "\t", At: morning}}}).String()
	for _, c := range got {
		if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
			t.Errorf("%q in %q", c, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 7 {
		t.Errorf("%d lines: %q", n, got)
	}
}

func TestAStoreThatKeepsNoMarksSaysSo(t *testing.T) {
	can := memory.New(memory.Options{}).Features()
	can.Marks = false
	st := &openStore{Store: memory.New(memory.Options{Features: &can})}
	if marksOf(st) != nil {
		t.Error("it is asked for marks all the same")
	}
	if err := cannot(st, "marks"); !errors.Is(err, store.ErrUnsupported) || codeOf(err) != exitFailed || !strings.Contains(err.Error(), "memory keeps no marks") {
		t.Error(err)
	}
}
