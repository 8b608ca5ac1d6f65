package tasuki

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// How errors name arguments and types.

// expected is how many arguments there may be, as Ruby says it.
func (l *layout) expected() string {
	switch {
	case l.rest != nil:
		return fmt.Sprintf("%d+", l.need)
	case len(l.at) > l.need:
		return fmt.Sprintf("%d..%d", l.need, len(l.at))
	}
	return strconv.Itoa(l.need)
}

// String lists names and types.
func (l *layout) String() string {
	var names []string
	for i := range l.at {
		name := l.at[i].text()
		if i >= l.need {
			name = "optional " + name
		}
		names = append(names, name)
	}
	if l.rest != nil {
		names = append(names, strings.TrimLeft(l.rest.name+" ..."+goName(l.rest.typ), " "))
	}
	return "(" + strings.Join(names, ", ") + ")"
}

func (p *position) text() string { return strings.TrimLeft(p.name+" "+goName(p.typ), " ") }

func goName(t reflect.Type) string { return strings.ReplaceAll(t.String(), "interface {}", "any") }

// rubyText is a value in JSON as a Ruby developer calls it.
func rubyText(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	text := clipped(raw)
	switch c := raw[0]; {
	case c == '"':
		return "String " + text
	case c == '[':
		return "Array " + text
	case c == '{':
		return "Hash " + text
	case text == "null":
		return "nil"
	case bytes.ContainsAny(raw, ".eE") && (c == '-' || c >= '0' && c <= '9'):
		return "Float " + text
	case c == '-' || c >= '0' && c <= '9':
		return "Integer " + text
	}
	return text
}

// clipped is a text that may be long, for an error.
func clipped(raw []byte) string {
	text := store.Clean(string(raw[:min(len(raw), 200)]), 80)
	if len(text) < len(raw) {
		text += "…"
	}
	return text
}
