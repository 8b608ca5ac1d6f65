// Package text makes what others wrote fit for a terminal: no control characters,
// and never wider than it may be.
package text

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Plain is s on one line, without what would move a terminal's cursor or paint,
// and without what terminals do not agree on how wide it is: joiners, variation
// selectors, skin tones, piles of marks.
func Plain(s string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return unicode.ReplacementChar
		case marks > 2, unicode.Is(unicode.Variation_Selector, r), r >= 0x1F3FB && r <= 0x1F3FF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// Width is how many columns a plain text takes.
func Width(s string) int { return ansi.StringWidth(s) }

// Cut is s in at most n columns; … stands for what was cut off.
func Cut(s string, n int) string {
	switch {
	case n <= 0:
		return ""
	case Width(s) <= n:
		return s
	}
	return ansi.Truncate(s, n, "…")
}

// Wrap is s in lines of at most n columns, broken between words; a longer word stays whole.
func Wrap(s string, n int) string {
	if n <= 0 {
		return s
	}
	return ansi.Wordwrap(s, n, "")
}

// Left is s in exactly n columns, at their left.
func Left(s string, n int) string {
	s = Cut(s, n)
	return s + spaces(n-Width(s))
}

// Right is s in exactly n columns, at their right.
func Right(s string, n int) string {
	s = Cut(s, n)
	return spaces(n-Width(s)) + s
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }
