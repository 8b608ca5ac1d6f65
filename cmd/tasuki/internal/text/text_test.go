package text

import (
	"strings"
	"testing"
	"unicode"
)

func TestPlainTextCannotMoveTheCursorOrPaint(t *testing.T) {
	for in, want := range map[string]string{
		"two\nlines\tand\r":         "two lines and ",
		"\x1b[31mred":               "\uFFFD[31mred",
		"a\u202Eb\u200Dc":           "a\uFFFDb\uFFFDc",
		"\xff!":                     "\uFFFD!",
		"né":                        "né",
		"👍\U0001F3FD❤\uFE0F":        "👍❤",
		"z\u0301\u0302\u0303\u0304": "z\u0301\u0302",
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWideCharactersTakeTwoColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "東京": 4, "👍": 2, "é": 1, "e\u0301": 1, "…█░": 3} {
		if got := Width(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	}
}

// Whatever a text is made of, the cell is as wide as it shall be.
func FuzzACellIsExactlyAsWideAsItShallBe(f *testing.F) {
	for _, s := range []string{"", "abc", "東京特許許可局", "👩\u200d👩\u200d👧\u200d👦 family", "\x1b[2J", "e\u0301\u0301\u0301", "🇩🇪🇯🇵", "\xf0\x9f", "각"} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = min(max(n, 0), 200)
		for _, cell := range []string{Left(Plain(s), n), Right(Plain(s), n)} {
			if got := Width(cell); got != n {
				t.Errorf("%q of %q is %d wide, want %d", cell, s, got, n)
			}
			if strings.ContainsFunc(cell, unicode.IsControl) {
				t.Errorf("%q has control characters", cell)
			}
		}
	})
}
