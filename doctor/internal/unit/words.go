package unit

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A word is one of a value that is a list, without its quotes.
type word struct {
	text   string
	offset int
	quoted bool // a part of it stood in quotes
	bare   bool // a backslash stood in front of it as a whole: \;
}

const blanks = " \t\n\r"

// split takes a value apart as systemd.syntax(7) has it: at blanks, with quotes of both kinds
// and C's escapes.
func split(s string) (words []word) {
	for i := 0; i < len(s); {
		if strings.IndexByte(blanks, s[i]) >= 0 {
			i++
			continue
		}
		w, n := next(s[i:])
		w.offset = i
		words = append(words, w)
		i += n
	}
	return words
}

// next is the first word of s, which begins with it, and how long it is.
func next(s string) (w word, n int) {
	b := &strings.Builder{}
	quote := byte(0)
	i := 0
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			w.bare = w.bare || i == 0 && s[i+1] == ';'
			i += escape(b, s[i+1:])
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, w.quoted = c, true
		case quote == 0 && strings.IndexByte(blanks, c) >= 0:
			w.text = b.String()
			return w, i
		default:
			b.WriteByte(c)
		}
	}
	w.text = b.String()
	return w, i
}

var escapes = map[byte]byte{'a': 7, 'b': 8, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '"': '"', '\'': '\'', 's': ' ', ';': ';'}

// escape writes what an escape behind its backslash means, and answers its length. One that
// is none stays as it is.
func escape(b *strings.Builder, s string) int {
	if c, ok := escapes[s[0]]; ok {
		b.WriteByte(c)
		return 1
	}
	digits, base := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[0]], 16
	from := 1
	if s[0] >= '0' && s[0] <= '7' {
		digits, base, from = 3, 8, 0
	}
	if digits > 0 && len(s) >= from+digits {
		if n, err := strconv.ParseUint(s[from:from+digits], base, 32); err == nil && n != 0 {
			if s[0] == 'u' || s[0] == 'U' {
				var r [utf8.UTFMax]byte
				b.Write(r[:utf8.EncodeRune(r[:], rune(n))])
			} else {
				b.WriteByte(byte(n))
			}
			return from + digits
		}
	}
	b.WriteByte('\\')
	return 0
}
