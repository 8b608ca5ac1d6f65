package top

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
	"github.com/tasuki-jobs/tasuki/store"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.Local)

func before(d time.Duration) time.Time { return noon.Add(-d) }

// quiet is a store in which nothing happens.
func quiet() *Snapshot { return &Snapshot{At: noon} }

// busy is a store with so many running jobs on two workers.
func busy(jobs int) *Snapshot {
	s := &Snapshot{At: noon, Known: true, Done: 118.24, Failed: 0.5,
		Workers: []store.Worker{
			{Name: "web-1:4711:0123456789abcdef", State: store.Working, Slots: 10, Busy: 10, Queues: []string{"default", "mail"}, Tag: "v42",
				BeatAt: before(time.Second), StartedAt: before(3*time.Minute + 7*time.Second)},
			{Name: "web-2:4712:fedcba9876543210", State: store.Quiet, Slots: 10, Busy: 2, Queues: []string{"default"}, Tag: "v41",
				BeatAt: before(2500 * time.Millisecond), StartedAt: before(30 * time.Hour), Stuck: []string{"job-1"}},
		},
		Stats: store.Stats{Queues: []store.QueueStats{
			{Name: "default", Counts: map[store.State]int{store.Ready: 1234, store.Running: jobs, store.Retry: 2, store.Dead: 3}, Latency: 4100 * time.Millisecond},
			{Name: "mail", Paused: true, Counts: map[store.State]int{store.Scheduled: 7}},
		}},
		Marks: []store.Mark{{Label: "v42", At: before(3 * time.Minute)}, {Label: "v41", At: before(30 * time.Hour)}},
	}
	for i := range jobs {
		r := store.Record{Job: store.Job{ID: fmt.Sprintf("0198c9f0-7a3e-7b5c-9d8e-%012d", i), Kind: "import", Queue: "default"},
			State: store.Running, ClaimedAt: before(90*time.Second - time.Duration(i)*time.Second/2), Worker: s.Workers[i%2].Name}
		switch i % 3 {
		case 0:
			r.Progress = store.Progress{Done: 3000, Total: 4000, Note: "rows"}
			r.Interruptions, r.Releases = 2, 1
		case 1:
			r.ID, r.Attempts, r.Cancelling = "job-1", 4, true
		case 2:
			r.Kind, r.Progress = "fetch", store.Progress{Done: 1234567, Note: "pages"}
		}
		s.Running = append(s.Running, r)
	}
	return s
}

func show(lines []string) string { return "\n" + strings.Join(lines, "\n") + "\n" }

func sameScreen(t *testing.T, got []string, want string) {
	t.Helper()
	if g := show(got); g != want {
		t.Errorf("the screen is\n%s\nwant\n%s", strings.ReplaceAll(g, " ", "·"), strings.ReplaceAll(want, " ", "·"))
	}
}

func TestAScreenOf80Columns(t *testing.T) {
	sameScreen(t, View{Store: "sqlite:jobs.db", Width: 80, Height: 24, Foot: "q quit"}.Render(busy(3)), `
tasuki top  sqlite:jobs.db                                              12:00:00
workers 2 · slots 12/20 · stuck 1 · running 3 · ready 1,234 · retry 2 · dead 3
done 118/s · failed 0.5/s · deploy v42 3m00 ago · deploy v41 1d ago

WORKER                      STATE     BUSY  BEAT    UP  STUCK  TAG  QUEUES
web-1:4711:0123456789abcd…  working  10/10  1.0s  3m07         v42  default,mail
web-2:4712:fedcba98765432…  quiet     2/10  2.5s    1d      1  v41  default

QUEUE          READY  RUNNING  SCHEDULED  RETRY  DEAD  WAITS
default        1,234        3          0      2     3   4.1s
mail (paused)      0        0          7      0

RUNNING JOB  PROGRESS                          AGE  H/O  REL  TRY  ID
import       ███████░░░  75%  rows            1m30    2    1       …000000000000
import       cancelling                       1m29              4  job-1
fetch        1,234,567 done  pages            1m29                 …000000000002







q quit
`)
}

func TestAScreenOfAStoreInWhichNothingHappens(t *testing.T) {
	sameScreen(t, View{Store: "jobs.db", Width: 60, Height: 14, Foot: "q quit"}.Render(quiet()), `
tasuki top  jobs.db                                 12:00:00
workers 0 · slots 0/0 · running 0 · ready 0 · retry 0 · dea…
done –/s · failed –/s

WORKER
no workers

QUEUE
no queues

RUNNING JOB
no jobs run

q quit
`)
}

func TestMoreJobsThanLinesAreCounted(t *testing.T) {
	v := View{Width: 80, Height: 24, Foot: "q quit"}
	out := show(v.Render(busy(100)))
	hidden := regexp.MustCompile(`… and (\d+) more\n`).FindStringSubmatch(out)
	if hidden == nil || hidden[1] != fmt.Sprint(100-countJobs(out)) {
		t.Errorf("%d jobs are shown, hidden are %v: %s", countJobs(out), hidden, out)
	}
	if countJobs(out) < 8 {
		t.Errorf("jobs get too little room: %s", out)
	}
	v.Skip = 40
	if out := show(v.Render(busy(100))); strings.Contains(out, "…000000000000") || !strings.Contains(out, "…000000000042") || !strings.Contains(out, "… 40 above, 51 more\n") {
		t.Errorf("40 jobs scrolled off: %s", out)
	}
	v.Skip = 1000
	if out := show(v.Render(busy(100))); !strings.Contains(out, "…000000000099") || strings.Contains(out, "more") {
		t.Errorf("scrolled to the end: %s", out)
	}
}

func TestAJobIsSeenOnASmallScreen(t *testing.T) {
	if out := show(View{Width: 40, Height: 11, Foot: "q quit"}.Render(busy(1))); countJobs(out) != 1 {
		t.Error(out)
	}
}

func countJobs(screen string) int {
	_, jobs, _ := strings.Cut(screen, "RUNNING JOB")
	return strings.Count(jobs, "import") + strings.Count(jobs, "fetch")
}

func TestAWideScreenHasRoomForAll(t *testing.T) {
	out := show(View{Width: 200, Height: 50}.Render(busy(100)))
	for _, want := range []string{"0198c9f0-7a3e-7b5c-9d8e-000000000000", " ID ", " WORKER\n", "75%  3,000 of 4,000  rows", "default,mail", strings.Repeat("█", 30)} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
}

func TestWithoutASizeEverythingIsShown(t *testing.T) {
	lines := View{}.Render(busy(100))
	if got := countJobs(show(lines)); got != 100 {
		t.Errorf("%d of 100 jobs are shown", got)
	}
	if last := lines[len(lines)-1]; last == "" || strings.Contains(last, "…") {
		t.Errorf("the last line is %q", last)
	}
}

func TestAnErrorIsSaidAboveWhatWasSeenBefore(t *testing.T) {
	out := show(View{Width: 80, Height: 24, Error: "the store does not answer: \x1b[2J"}.Render(busy(3)))
	if !strings.Contains(out, "\nthe store does not answer: \uFFFD[2J\n") || !strings.Contains(out, "web-1:4711") {
		t.Error(out)
	}
}

// nasty is a store whose texts try to break the screen.
func nasty(text string, jobs int) *Snapshot {
	s := busy(jobs)
	for i := range s.Workers {
		s.Workers[i].Name, s.Workers[i].Tag, s.Workers[i].Queues = text, text, []string{text}
	}
	for i := range s.Stats.Queues {
		s.Stats.Queues[i].Name = text
	}
	for i := range s.Running {
		s.Running[i].Kind, s.Running[i].ID, s.Running[i].Worker, s.Running[i].Progress.Note = text, text, text, text
	}
	for i := range s.Marks {
		s.Marks[i].Label = text
	}
	return s
}

var style = regexp.MustCompile("\x1b\\[[0-9]+m")

func TestNoTextBreaksAScreenOfAnySize(t *testing.T) {
	texts := []string{"", "東京特許許可局東京特許許可局", "👩\u200d👩\u200d👧 family", "\x1b[2J\x1b[H", "two\nlines\r\t", "e\u0301\u0302\u0303\u0304", "\xff\xfe",
		"\u202Eright to left", strings.Repeat("long ", 100), "🇩🇪❤\uFE0F👍\U0001F3FD"}
	for _, word := range texts {
		for _, jobs := range []int{0, 3, 100} {
			for _, size := range [][2]int{{80, 24}, {200, 50}, {120, 30}, {40, 10}, {20, 5}, {7, 3}, {1, 1}, {300, 2}, {7, 40}, {1, 30}, {13, 60}} {
				v := View{Store: word, Width: size[0], Height: size[1], Foot: word, Error: word}
				fits(t, v, nasty(word, jobs))
			}
		}
	}
}

// fits fails unless the screen is exactly as high as it shall be and no line is
// wider, with colours and without.
func fits(t *testing.T, v View, s *Snapshot) {
	t.Helper()
	lines := v.Render(s)
	if len(lines) != v.Height {
		t.Errorf("%d lines on a screen of %d", len(lines), v.Height)
	}
	for _, line := range lines {
		if n := text.Width(line); n > v.Width {
			t.Errorf("a line of %d columns on a screen of %d: %q", n, v.Width, line)
		}
		if strings.ContainsFunc(line, unicode.IsControl) {
			t.Errorf("control characters in %q", line)
		}
	}
	v.Colour = true
	if painted := style.ReplaceAllString(show(v.Render(s)), ""); painted != show(lines) {
		t.Errorf("painted it is %q, else %q", painted, show(lines))
	}
}

func TestColoursSayWhatNeedsAPerson(t *testing.T) {
	out := show(View{Width: 120, Height: 30, Colour: true}.Render(busy(3)))
	for _, want := range []string{"\x1b[33mquiet  \x1b[0m", "\x1b[33mmail (paused)\x1b[0m", "\x1b[31m    1\x1b[0m", "\x1b[31m   3\x1b[0m", "\x1b[31m1m29\x1b[0m"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
}
