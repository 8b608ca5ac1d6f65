package demo

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A view tells a person what happens.
type view interface {
	// say tells one thing for good.
	say(at time.Duration, text string) error
	// show tells how it stands; the next one replaces it.
	show(s *standing) error
	// close ends the showing and leaves what was said.
	close() error
}

// A standing is how the demo stands at one moment.
type standing struct {
	what                          string // the event under way
	verb                          string // what is done with the files
	done, total                   int64
	workers                       []string
	handOvers, releases, attempts int
	still                         time.Duration // without progress
}

// lines is the view for pipes, logs and dumb terminals: what is said, a line
// each, and nothing else.
type lines struct{ out io.Writer }

func (l lines) say(at time.Duration, text string) error {
	_, err := fmt.Fprintf(l.out, "%5.1fs  %s\n", at.Seconds(), printable(text))
	return err
}

func (l lines) show(*standing) error { return nil }
func (l lines) close() error         { return nil }

// thousands writes 12,345.
func thousands[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// plural is "1 file", "2 files".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return thousands(n) + " " + word + "s"
}

// bytesOf writes 270 MB.
func bytesOf(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	f, u := float64(n), 0
	for f >= 1000 && u < len(units)-1 {
		f, u = f/1000, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.3g %s", f, units[u])
}
