package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// screen is the view for terminals: what was said scrolls by, and below it a
// block is drawn anew in its place.
type screen struct {
	lines
	width  func() int
	colour bool
	drawn  []int // how wide each line of the block on the screen is
	last   *standing
}

func (s *screen) say(at time.Duration, text string) error {
	var b strings.Builder
	s.erase(&b)
	lines{&b}.say(at, fit(text, s.width()-8))
	s.draw(&b)
	return s.flush(&b)
}

func (s *screen) show(now *standing) error {
	s.last = now
	var b strings.Builder
	s.erase(&b)
	s.draw(&b)
	return s.flush(&b)
}

func (s *screen) close() error {
	s.last = nil
	var b strings.Builder
	s.erase(&b)
	return s.flush(&b)
}

// flush writes a whole frame at once, so that it does not flicker.
func (s *screen) flush(b *strings.Builder) error {
	_, err := io.WriteString(s.out, b.String())
	return err
}

// erase takes the block off: up to its first line, then clear to the end. A
// terminal that became narrower since shows some of its lines as several.
func (s *screen) erase(b *strings.Builder) {
	up := 0
	for _, wide := range s.drawn {
		up += max(1, (wide+s.width()-1)/s.width())
	}
	if up > 0 {
		fmt.Fprintf(b, "\x1b[%dA\r\x1b[J", up)
	}
	s.drawn = nil
}

func (s *screen) draw(b *strings.Builder) {
	if s.last == nil {
		return
	}
	width := s.width()
	block := append([]string{"", s.bar(width)}, s.last.workers...)
	counts := fmt.Sprintf("hand-overs %d · releases %d · attempts used %d", s.last.handOvers, s.last.releases, s.last.attempts)
	if s.last.still >= time.Second/10 {
		counts += fmt.Sprintf(" · %.1f s without progress", s.last.still.Seconds())
	}
	block = append(block, counts)
	if s.last.what != "" {
		block = append(block, "now: "+s.last.what)
	}
	for i, line := range block {
		wide := width - 1
		if i != 1 { // the bar is as wide as it is, and coloured
			line = fit(line, width-1)
			wide = utf8.RuneCountInString(line)
		}
		b.WriteString(line + "\n")
		s.drawn = append(s.drawn, wide)
	}
}

// bar is the progress: as long as what the figures leave of the line.
func (s *screen) bar(width int) string {
	now := s.last
	share := 1.0
	if now.total > 0 {
		share = min(float64(now.done)/float64(now.total), 1)
	}
	text := fmt.Sprintf(" %3.0f %%  %s of %s files %s", share*100, thousands(now.done), thousands(now.total), now.verb)
	room := min(width-1-utf8.RuneCountInString(text), 40)
	if room < 5 {
		return fit(text, width-1)
	}
	full := int(share * float64(room))
	filled := strings.Repeat("█", full)
	if s.colour {
		filled = "\x1b[32m" + filled + "\x1b[0m"
	}
	return filled + strings.Repeat("░", room-full) + text
}

// fit makes a text that takes one line of so many columns and cannot move the
// cursor: names of files may hold anything.
func fit(text string, width int) string {
	text = printable(text)
	if width < 1 || utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
