package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// value is what a store must keep of a JSON text, as a text of its own: every
// digit of an integer, the names and their order, of a name that an object has twice
// the last value. Spaces, escapes and the spelling of a fraction are the store's.
func value(text json.RawMessage) string {
	if len(text) == 0 {
		text = raw("null")
	}
	tokens := json.NewDecoder(bytes.NewReader(text))
	tokens.UseNumber()
	v, err := next(tokens)
	if err != nil || tokens.More() {
		return "no value: " + string(text)
	}
	return v
}

// next is the next value of some tokens.
func next(tokens *json.Decoder) (string, error) {
	token, err := tokens.Token()
	if err != nil {
		return "", err
	}
	switch v := token.(type) {
	case json.Delim:
		return inside(tokens, v)
	case json.Number:
		return number(string(v)), nil
	case string:
		return strconv.Quote(v), nil
	}
	return fmt.Sprint(token), nil
}

// inside is the rest of an array or of an object.
func inside(tokens *json.Decoder, open json.Delim) (string, error) {
	var names []string
	values := map[string]string{}
	for n := 0; tokens.More(); n++ {
		name := strconv.Itoa(n)
		if open == '{' {
			token, err := tokens.Token()
			if err != nil {
				return "", err
			}
			name = fmt.Sprintf("%q:", token)
		}
		v, err := next(tokens)
		if err != nil {
			return "", err
		}
		if _, twice := values[name]; !twice {
			names = append(names, name)
		}
		values[name] = v
	}
	b := strings.Builder{}
	for _, name := range names {
		b.WriteString(name + " " + values[name] + " ")
	}
	_, err := tokens.Token()
	return open.String() + b.String(), err
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
