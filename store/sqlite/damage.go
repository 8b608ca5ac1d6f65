package sqlite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A damage is what of a job's row cannot be read: SQLite lets every program put
// anything into any column. Such a row fails no call and holds up no other job. What
// of it cannot be read counts as empty, and a text says what was there: as Why in a
// list, in the journal of a job that goes on, as Why of one that cannot.
type damage []flaw

// A flaw is one column and what is in it.
type flaw struct {
	column string
	holds  any
	why    string // more words, if it takes them
}

// has says whether one of the columns cannot be read.
func (d damage) has(columns ...string) bool {
	return slices.ContainsFunc(d, func(f flaw) bool { return slices.Contains(columns, f.column) })
}

// String is the damage as a person reads it, empty if there is none.
func (d damage) String() string {
	if len(d) == 0 {
		return ""
	}
	parts := make([]string, len(d))
	for i, f := range d {
		parts[i] = f.column + " holds " + describe(f.holds)
		if f.why != "" {
			parts[i] += " " + f.why
		}
	}
	return "its row cannot be read: " + strings.Join(parts, ", ")
}

// beside adds the damage to another text.
func (d damage) beside(why string) string {
	switch text := d.String(); {
	case strings.Contains(why, text): // nothing, or what it died of
		return why
	case why == "":
		return text
	default:
		return why + "; " + text
	}
}

// maxShown is how many bytes of an unreadable value are shown.
const maxShown = 4000

// describe is a value of any type in words.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case []byte:
		if !utf8.Valid(v) {
			return fmt.Sprintf("the bytes x'%x'%s", v[:min(len(v), maxShown/2)], ofAll(len(v), maxShown/2))
		}
		return describe(string(v))
	case string:
		return fmt.Sprintf("the text %q%s", v[:min(len(v), maxShown)], ofAll(len(v), maxShown))
	}
	return fmt.Sprintf("the number %v", v)
}

func ofAll(n, shown int) string {
	if n <= shown {
		return ""
	}
	return fmt.Sprintf(" (the first %d of %d bytes)", shown, n)
}

// Values as a driver answers them. Each function says with false that the value is
// nothing of that kind. Some drivers answer texts as bytes, so bytes are taken for
// a text wherever they can be one.

func asInteger(v any) (int64, bool) {
	n, ok := v.(int64)
	return n, ok
}

// Times are within the years 1 to 9999, or they do not become JSON.
const (
	firstTime = -62_135_596_800_000_000
	lastTime  = 253_402_300_799_999_999
)

// asTime is a time in microseconds.
func asTime(v any) (int64, bool) {
	n, ok := v.(int64)
	if !ok || n < firstTime || n > lastTime {
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
