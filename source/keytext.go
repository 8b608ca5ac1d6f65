package source

import (
	"encoding/json"
	"unicode/utf8"
)

// Texts in cursors: those that are not UTF-8, which JSON cannot hold, are kept as
// bytes, so that each comes back as it was.

type tagged struct {
	Text  *[]byte `json:"text,omitempty"`
	Bytes *[]byte `json:"bytes,omitempty"`
	Time  *string `json:"time,omitempty"`
	Float *string `json:"float,omitempty"`
}

// appendText is JSON for a text, quickly for those without anything special.
func appendText(out []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			b, err := marshalText(s)
			return append(out, b...), err
		}
	}
	out = append(append(out, '"'), s...)
	return append(out, '"'), nil
}

func marshalText(s string) ([]byte, error) {
	if utf8.ValidString(s) {
		return json.Marshal(s)
	}
	b := []byte(s)
	return json.Marshal(tagged{Text: &b})
}
