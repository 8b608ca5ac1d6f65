package demo

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// A place is a path below the demo's directory, its names joined by slashes.
// Names of files are bytes and need not be text, so a place has its own form in
// JSON: a string, or {"bytes": base64} where a string would change it.
type place string

type rawPlace struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON keeps every byte.
func (p place) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(p)) {
		return json.Marshal(string(p))
	}
	return json.Marshal(rawPlace{[]byte(p)})
}

// UnmarshalJSON reads both forms.
func (p *place) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "{") {
		var raw rawPlace
		err := json.Unmarshal(b, &raw)
		*p = place(raw.Bytes)
		return err
	}
	return json.Unmarshal(b, (*string)(p))
}

// compare orders places as a walk meets them: name by name, so that all of a
// directory comes before its next sibling.
func (p place) compare(q place) int {
	for {
		a, restA, moreA := strings.Cut(string(p), "/")
		b, restB, moreB := strings.Cut(string(q), "/")
		if c := strings.Compare(a, b); c != 0 {
			return c
		}
		switch {
		case !moreA && !moreB:
			return 0
		case !moreA:
			return -1
		case !moreB:
			return 1
		}
		p, q = place(restA), place(restB)
	}
}

// holds says whether q lies below p.
func (p place) holds(q place) bool { return strings.HasPrefix(string(q), string(p)+"/") }
