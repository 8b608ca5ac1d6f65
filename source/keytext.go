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

func marshalText(s string) ([]byte, error) {
	if utf8.ValidString(s) {
		return json.Marshal(s)
	}
	b := []byte(s)
	return json.Marshal(tagged{Text: &b})
}
