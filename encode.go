package tasuki

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// How cursors and results become JSON that comes back as what it was.

// encodeCursor is a cursor as the store keeps it.
func (r *run) encodeCursor(cursor any) (json.RawMessage, error) {
	raw, err := json.Marshal(cursor)
	if err != nil {
		return nil, fmt.Errorf("cursor does not become JSON: %w", err)
	}
	if r.limit > 0 && len(raw) > r.limit {
		return nil, fmt.Errorf("cursor is %d bytes, over the limit of %d", len(raw), r.limit)
	}
	if altered(cursor, raw) {
		return nil, fmt.Errorf("cursor %.200s: %w", raw, errAltered)
	}
	return raw, nil
}

// errAltered is for what would come back as something else, and so in another order.
var errAltered = errors.New("it holds text that is not UTF-8, which JSON cannot keep (hint: use []byte, which becomes base64, or a number)")

// badByte is what json.Marshal makes of a byte that is not UTF-8; a real U+FFFD it
// writes as it is.
var badByte = []byte(`\ufffd`)

// altered says whether raw, which json.Marshal made of v, lost something of its
// text. A type that writes its own JSON may use that escape for what it means, and a
// text may hold it letter by letter: those come back as they were.
func altered(v any, raw []byte) bool {
	if !bytes.Contains(raw, badByte) {
		return false
	}
	back := reflect.New(reflect.TypeOf(v))
	if json.Unmarshal(raw, back.Interface()) != nil {
		return true
	}
	again, err := json.Marshal(back.Elem().Interface())
	return err != nil || !bytes.Equal(raw, again)
}
