package wire

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// textOf is b as a text. Nobody may write to b any more while the text is used.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string in Ruby's spelling: only quotes,
// backslashes and control characters are escaped. What is not UTF-8, which Ruby
// refuses, becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return append(appendEscaped(dst, s), '"')
}

// Quote is s as a JSON string in Ruby's spelling.
func Quote(s string) string {
	return textOf(AppendString(make([]byte, 0, len(s)+8), s))
}

func appendEscaped(dst []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		if special[s[i]] {
			dst = appendEscape(append(dst, s[from:i]...), s[i])
			from = i + 1
		}
	}
	return append(dst, s[from:]...)
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// unquote is what a valid JSON string says. Half of a surrogate pair, which stands
// for nothing, becomes U+FFFD.
func unquote(raw string) string {
	s := raw[1 : len(raw)-1]
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i >= 0 {
		r, size := unescape(s[i:])
		out = utf8.AppendRune(append(out, s[:i]...), r)
		s = s[i+size:]
		i = strings.IndexByte(s, '\\')
	}
	return string(append(out, s...))
}

// unescape reads the valid escape that s begins with: the rune it stands for and
// how long it is. Half of a surrogate pair stands for none and is -1.
func unescape(s string) (r rune, size int) {
	if s[1] != 'u' {
		return plainEscape(s[1]), 2
	}
	r = hexRune(s[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if r = utf16.DecodeRune(r, hexRune(s[8:12])); r != utf8.RuneError {
			return r, 12
		}
	}
	return -1, 6
}

func plainEscape(c byte) rune {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return rune(c)
}

func hexRune(s string) (r rune) {
	for i := range len(s) {
		c := s[i]
		if !isDigit(c) {
			c = c&0x0f + 9
		}
		r = r<<4 | rune(c&0x0f)
	}
	return r
}
