package demo

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func shown(width int, s *standing) []string {
	var out strings.Builder
	v := &screen{lines: lines{&out}, width: func() int { return width }}
	v.show(s)
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestTheBlockFitsIntoTheTerminal(t *testing.T) {
	s := &standing{what: "kill -9 of a worker", verb: "hashed", done: 1234567, total: 12345678,
		workers: []string{"worker 1  pid 4711  first half  " + strings.Repeat("long/", 40)}, still: time.Minute}
	for _, width := range []int{20, 40, 80, 200} {
		for _, line := range shown(width, s) {
			if n := len([]rune(line)); n >= width {
				t.Errorf("at %d columns a line has %d: %q", width, n, line)
			}
		}
	}
}

func TestNamesOfFilesCannotMoveTheCursor(t *testing.T) {
	all := strings.Join(shown(80, &standing{workers: []string{"first half  \x1b[2J\r\n\x9b\u202e\xff"}}), "\n")
	if strings.ContainsAny(all, "\x1b\r\u202e") {
		t.Errorf("the block is %q", all)
	}
}

func TestEachFrameTakesTheOneBeforeAway(t *testing.T) {
	var out strings.Builder
	v := &screen{lines: lines{&out}, width: func() int { return 80 }}
	v.show(&standing{workers: []string{"one", "two"}})
	drawn := strings.Count(out.String(), "\n")
	out.Reset()
	v.close()
	if want := "\x1b[5A\r\x1b[J"; out.String() != want || drawn != 5 {
		t.Errorf("%d lines were taken away by %q", drawn, out.String())
	}
}

func TestAFrameIsTakenAwayThoughTheTerminalBecameNarrower(t *testing.T) {
	var out strings.Builder
	width := 80
	v := &screen{lines: lines{&out}, width: func() int { return width }}
	v.show(&standing{workers: []string{strings.Repeat("w", 70)}})
	out.Reset()
	width = 40
	v.close()
	// Empty 1, the bar 2, the worker 2, the counts 2.
	if want := "\x1b[7A\r\x1b[J"; out.String() != want {
		t.Errorf("the block was taken away by %q, want %q", out.String(), want)
	}
}

func TestAPipeGetsNoControlCharacters(t *testing.T) {
	var out strings.Builder
	v := lines{&out}
	v.show(&standing{what: "x"})
	v.say(1500*time.Millisecond, "something happens")
	v.close()
	if want := "  1.5s  something happens\n"; out.String() != want {
		t.Errorf("the pipe got %q, want %q", out.String(), want)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestABrokenPipeIsTold(t *testing.T) {
	if (lines{broken{}}).say(0, "x") == nil {
		t.Error("nobody hears that nobody reads")
	}
}

func TestFiguresAsPeopleWriteThem(t *testing.T) {
	for got, want := range map[string]string{
		thousands(0): "0", thousands(999): "999", thousands(15036): "15,036", thousands(-1234567): "-1,234,567",
		bytesOf(999): "999 bytes", bytesOf(233_000_000): "233 MB", brief(1810 * time.Millisecond): "1.8 s",
		brief(-1): "0 ms", plural(1, "file"): "1 file", plural(2, "file"): "2 files",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
