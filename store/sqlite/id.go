package sqlite

import "encoding/hex"

// Ids that are UUIDs in their canonical text are kept as their 16 bytes, which
// makes the indexes on them half as big; all others as text.

// packID is id as it is stored.
func packID(id string) any {
	var b [16]byte
	if !packUUID(&b, id) {
		return id
	}
	return b[:]
}

// packUUID reads a UUID in lower case into b and says whether id is one.
func packUUID(b *[16]byte, id string) bool {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return false
	}
	n := 0
	for i := 0; i < 36; i += 2 {
		if id[i] == '-' {
			i++
		}
		hi, lo := nibble(id[i]), nibble(id[i+1])
		if hi|lo > 15 {
			return false
		}
		b[n] = hi<<4 | lo
		n++
	}
	return true
}

// nibble is the value of a digit, or 255.
func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// unpackID is the UUID of 16 bytes.
func unpackID(b []byte) string {
	var s [36]byte
	hex.Encode(s[0:], b[0:4])
	hex.Encode(s[9:], b[4:6])
	hex.Encode(s[14:], b[6:8])
	hex.Encode(s[19:], b[8:10])
	hex.Encode(s[24:], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
