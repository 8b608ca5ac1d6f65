package redis

import (
	"encoding/json"
	"strings"
)

// Whose cursor means what. Ruby's names the item that comes next, one of Go the last
// that is done; a loop that took one for the other would leave an item out. So tasuki
// writes a space before its own, which JSON does not mind and Ruby never does, and
// hands one of Ruby's to the job as an array with these words: what reads cursors of a
// kind of its own fails on it with them, and package sidekiq has a source that knows.
const (
	ownCursor   = " "
	rubysCursor = `["written by Ruby, next comes",`
)

// spelledCursor is a cursor as it is kept.
func spelledCursor(raw json.RawMessage) string {
	text := string(raw)
	if inside, ok := strings.CutPrefix(text, rubysCursor); ok {
		return strings.TrimSuffix(inside, "]") // still Ruby's: no item was done behind it
	}
	return ownCursor + text
}

// cursorOf is a kept cursor as it is; nil: there is none.
func cursorOf(kept string) json.RawMessage {
	if text := strings.TrimSpace(kept); text != "" && text != "null" && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return nil
}

// cursorFor is a kept cursor as a job gets it that goes on with it.
func cursorFor(kept string) json.RawMessage {
	cursor := cursorOf(kept)
	if cursor == nil || strings.HasPrefix(kept, ownCursor) {
		return cursor
	}
	return json.RawMessage(rubysCursor + string(cursor) + "]")
}
