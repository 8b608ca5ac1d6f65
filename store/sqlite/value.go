package sqlite

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// Values as a driver answers them. Each function says with false that the value is
// nothing of that kind. Some drivers answer texts as bytes, so bytes are taken for
// a text wherever they can be one.

func asInteger(v any) (int64, bool) {
	n, ok := v.(int64)
	return n, ok
}

// asTime is a time in microseconds.
func asTime(v any) (int64, bool) {
	n, ok := v.(int64)
	if !ok || !sqlstore.IsTime(n) {
		return 0, false
	}
	return n, true
}

func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, utf8.ValidString(v)
	case []byte:
		return string(v), utf8.Valid(v)
	}
	return "", false
}

// asID is the id of a job, as packID stores it.
func asID(v any) (string, bool) {
	if b, ok := v.([]byte); ok && len(b) == 16 {
		return unpackID(b), true
	}
	text, ok := asText(v)
	return text, ok && validID(text)
}

// asJSONText is what a column of JSON holds, nil if nothing. A text is not looked
// into: whoever needs what it says finds out.
func asJSONText(v any) ([]byte, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case string:
		return []byte(v), true
	case []byte:
		return v, validJSON(v)
	}
	return nil, false
}

func validJSON(text []byte) bool { return utf8.Valid(text) && json.Valid(text) }

// shown is a JSON text as a list answers it: one that is none becomes a string.
func shown(text []byte) (json.RawMessage, bool) {
	if len(text) == 0 || validJSON(text) {
		return text, true
	}
	return json.RawMessage(sqlstore.JSON(string(bytes.ToValidUTF8(text, []byte("\uFFFD"))))), false
}
