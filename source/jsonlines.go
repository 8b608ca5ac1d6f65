package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// JSONLines goes through a file of one JSON value per line. Blank lines are passed
// over. A line that does not decode into a T, or is not UTF-8, fails the attempt
// with its number; to judge bad lines yourself go through [Lines] and decode there.
//
// Cursor: [Offset], which says what a changed file does. Resuming seeks: it costs
// the same at each place.
func JSONLines[T any](f File) Of[Offset, T] {
	return fileSource(f, func(raw []byte) (v T, is bool, err error) {
		if !filled(raw) {
			return v, false, nil
		}
		if !utf8.Valid(raw) {
			return v, false, errors.New("it is not UTF-8")
		}
		return v, true, json.Unmarshal(raw, &v)
	}, filled)
}

// filled says whether there is something on a line.
func filled(raw []byte) bool { return len(bytes.TrimSpace(raw)) > 0 }
