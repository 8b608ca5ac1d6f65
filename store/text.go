package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"
)

// Clean makes a text that every store can keep: valid UTF-8, no NUL, at most
// limit bytes.
func Clean(s string, limit int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// NewID makes a job id: a version 7 UUID (RFC 9562), whose order is about that
// of the clock so that indexes stay dense. Nothing reads the time back.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	ms := uint64(time.Now().UnixMilli())
	binary.BigEndian.PutUint16(b[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	b[6] = 0x70 | b[6]&0x0f
	b[8] = 0x80 | b[8]&0x3f
	var s [36]byte
	for i, at := range [5][3]int{{0, 0, 4}, {9, 4, 6}, {14, 6, 8}, {19, 8, 10}, {24, 10, 16}} {
		hex.Encode(s[at[0]:], b[at[1]:at[2]])
		if i < 4 {
			s[at[0]+2*(at[2]-at[1])] = '-'
		}
	}
	return string(s[:])
}

// NewToken makes a claim's token.
func NewToken() Token {
	var b [8]byte
	for {
		rand.Read(b[:])
		if t := Token(binary.BigEndian.Uint64(b[:])); t != 0 {
			return t
		}
	}
}
