package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// value is what a store must keep of a JSON text, as a text of its own: every
// digit of an integer, the names and their order. Spaces, escapes and the
// spelling of a fraction are the store's.
func value(text json.RawMessage) string {
	if len(text) == 0 {
		text = raw("null")
	}
	tokens := json.NewDecoder(bytes.NewReader(text))
	tokens.UseNumber()
	var b strings.Builder
	for {
		token, err := tokens.Token()
		if err != nil {
			return b.String() // io.EOF, or a text that is none
		}
		switch v := token.(type) {
		case json.Number:
			b.WriteString(number(string(v)))
		case string:
			b.WriteString(strconv.Quote(v))
		default:
			fmt.Fprint(&b, v)
		}
		b.WriteByte(' ')
	}
}

// number is an integer as it is, and the value of a fraction.
func number(text string) string {
	if !strings.ContainsAny(text, ".eE") && text != "-0" {
		return text
	}
	f, _ := strconv.ParseFloat(text, 64) // out of range is infinite
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// holds asserts the value of a JSON text.
func (s *stage) holds(what string, got json.RawMessage, want string) {
	s.Helper()
	if value(got) != value(raw(want)) {
		s.Fatalf("%s is %s, want %s", what, clip(string(got)), clip(want))
	}
}
