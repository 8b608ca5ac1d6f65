package wire

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// The scanner walks over JSON by index and builds nothing. Its functions are
// given where to begin and answer where what they read ends, or, if that is not
// JSON, the complement of where it went wrong (so anything negative is an error).

// maxDepth is how deep arrays and objects may be nested: what encoding/json
// reads, and room for the payload around it.
const maxDepth = 10_000 + 8

// tooDeep stands for a place that is nested deeper than allowed.
const tooDeep = math.MinInt

// Errors of texts.
var (
	ErrJSON      = errors.New("invalid JSON")
	ErrNotObject = errors.New("valid JSON, but not an object")
)

// explain makes an error of a scanner's negative answer.
func explain(s string, answer int) error {
	at := ^answer
	switch {
	case answer == tooDeep:
		return fmt.Errorf("%w: nested too deep", ErrJSON)
	case at >= len(s):
		return fmt.Errorf("%w: it ends after %d bytes, in the middle", ErrJSON, len(s))
	}
	r, size := utf8.DecodeRuneInString(s[at:])
	if r == utf8.RuneError && size == 1 {
		return fmt.Errorf("%w: byte %d is not UTF-8", ErrJSON, at)
	}
	return fmt.Errorf("%w: %q at byte %d is not expected", ErrJSON, r, at)
}

// checkUTF8 answers 0, or where s stops to be UTF-8.
func checkUTF8(s string) int {
	if utf8.ValidString(s) {
		return 0
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return ^i
			}
		}
	}
	return 0
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

func skipValue(s string, i, depth int) int {
	if i >= len(s) {
		return ^i
	}
	switch s[i] {
	case '"':
		return skipString(s, i)
	case '{':
		return skipObject(s, i, depth+1)
	case '[':
		return skipArray(s, i, depth+1)
	case 't':
		return skipWord(s, i, "true")
	case 'f':
		return skipWord(s, i, "false")
	case 'n':
		return skipWord(s, i, "null")
	}
	return skipNumber(s, i)
}

func skipWord(s string, i int, word string) int {
	for k := range len(word) {
		if i+k >= len(s) || s[i+k] != word[k] {
			return ^(i + k)
		}
	}
	return i + len(word)
}

// special marks the bytes at which a string's run of plain bytes ends.
var special = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// skipString begins at the opening quote.
func skipString(s string, i int) int {
	for i++; i < len(s); i++ {
		if !special[s[i]] {
			continue
		}
		if s[i] == '"' {
			return i + 1
		}
		if i = skipEscape(s, i); i < 0 {
			return i
		}
	}
	return ^i
}

// skipEscape begins at a backslash and answers where its last byte is.
func skipEscape(s string, i int) int {
	if s[i] != '\\' {
		return ^i // a control character
	}
	if i++; i >= len(s) {
		return ^i
	}
	switch s[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i
	case 'u':
		for end := i + 4; i < end; {
			if i++; i >= len(s) || !isHex(s[i]) {
				return ^i
			}
		}
		return i
	}
	return ^i
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func skipNumber(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if i = skipDigits(s, i); i < 0 {
		return i
	}
	if i < len(s) && s[i] == '.' {
		if i = skipDigits(s, i+1); i < 0 {
			return i
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		return skipDigits(s, i)
	}
	return i
}

// skipDigits wants at least one.
func skipDigits(s string, i int) int {
	from := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == from {
		return ^i
	}
	return i
}

func skipArray(s string, i, depth int) int {
	if depth > maxDepth {
		return tooDeep
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for again := true; again; {
		if i = skipValue(s, i, depth); i < 0 {
			return i
		}
		i, again = more(s, i, ']')
	}
	return i
}

func skipObject(s string, i, depth int) int {
	if depth > maxDepth {
		return tooDeep
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for again := true; again; {
		if _, i = skipName(s, i); i < 0 {
			return i
		}
		if i = skipValue(s, i, depth); i < 0 {
			return i
		}
		i, again = more(s, i, '}')
	}
	return i
}

// skipName reads a name and its colon: it answers where the name ends, and where
// the value begins.
func skipName(s string, i int) (end, value int) {
	if i >= len(s) || s[i] != '"' {
		return 0, ^i
	}
	if end = skipString(s, i); end < 0 {
		return 0, end
	}
	if i = skipSpace(s, end); i >= len(s) || s[i] != ':' {
		return 0, ^i
	}
	return end, skipSpace(s, i+1)
}

// more reads what follows an element: a comma, and then there is another one and
// it answers where, or the closing byte.
func more(s string, i int, closing byte) (next int, again bool) {
	if i = skipSpace(s, i); i >= len(s) {
		return ^i, false
	}
	switch s[i] {
	case ',':
		return skipSpace(s, i+1), true
	case closing:
		return i + 1, false
	}
	return ^i, false
}
