package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Damage is what of a row cannot be read: every program can put anything into a
// column that its type lets in, and SQLite lets in all. Such a row fails no call and
// holds up no other. What of it cannot be read counts as empty, and a text says what
// was there.
type Damage []Flaw

// A Flaw is one column and what is in it.
type Flaw struct {
	Column string
	Holds  any
	Why    string // more words, if it takes them
}

// Note adds a column, unless what it holds fits.
func (d *Damage) Note(column string, holds any, fits bool) {
	if !fits {
		*d = append(*d, Flaw{Column: column, Holds: holds})
	}
}

// Has says whether one of the columns cannot be read.
func (d Damage) Has(columns ...string) bool {
	return slices.ContainsFunc(d, func(f Flaw) bool { return slices.Contains(columns, f.Column) })
}

// String is the damage as a person reads it, empty if there is none.
func (d Damage) String() string {
	if len(d) == 0 {
		return ""
	}
	parts := make([]string, len(d))
	for i, f := range d {
		parts[i] = f.Column + " holds " + describe(f.Holds)
		if f.Why != "" {
			parts[i] += " " + f.Why
		}
	}
	return "its row cannot be read: " + strings.Join(parts, ", ")
}

// Beside adds the damage to another text.
func (d Damage) Beside(why string) string {
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
