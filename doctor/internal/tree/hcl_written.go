package tree

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// written is a text that was put together: of literals, whose lines are known, and of
// values, for which marks stand in it.
type written struct {
	marked strings.Builder
	values []*yaml.Node
	lines  []int // of each of its lines the line of the file
	open   bool
	flat   bool // it stands on one line of the file, whatever lines it has
}

func (w *written) literal(text string, line int) {
	text = strings.Map(func(r rune) rune {
		if r == markBegin || r == markEnd {
			return '?'
		}
		return r
	}, text)
	if len(w.lines) == 0 {
		w.lines = append(w.lines, line)
	}
	for range strings.Count(text, "\n") {
		if !w.flat {
			line++
		}
		w.lines = append(w.lines, line)
	}
	w.marked.WriteString(text)
}

// value puts a value in.
func (w *written) value(y *yaml.Node, f *Forest) {
	if len(w.lines) == 0 {
		w.lines = append(w.lines, y.Line)
	}
	w.open = w.open || y.Kind == yaml.ScalarNode && isOpen(y)
	if t := f.text[y]; t != nil && w.marked.Len()+t.marked.Len() < mostText {
		w.join(t)
		return
	}
	w.values = append(w.values, y)
	w.marked.WriteString(mark(len(w.values) - 1))
}

func mark(i int) string { return fmt.Sprintf("%c%d%c", markBegin, i, markEnd) }

// json is the text with each mark that stands outside of a string as a string of its own.
func (w *written) json() []byte {
	b := &strings.Builder{}
	quoted, escaped := false, false
	for _, c := range w.marked.String() {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && quoted:
			escaped = true
		case c == '"':
			quoted = !quoted
		}
		if c == markBegin && !quoted {
			b.WriteByte('"')
		}
		b.WriteRune(c)
		if c == markEnd && !quoted {
			b.WriteByte('"')
		}
	}
	return []byte(b.String())
}

// join puts another text in. Its lines are those where it stands itself.
func (w *written) join(t *written) {
	first := len(w.values)
	w.values = append(w.values, t.values...)
	w.open = w.open || t.open
	if len(t.lines) > 1 {
		w.lines = append(w.lines, t.lines[1:]...)
	}
	w.marked.WriteString(renumber(t.marked.String(), first))
}

func renumber(marked string, first int) string {
	if first == 0 {
		return marked
	}
	return eachMark(marked, func(i int) string { return mark(first + i) })
}

// eachMark replaces marks. What gets longer than texts are ends there.
func eachMark(text string, by func(i int) string) string {
	b := &strings.Builder{}
	for {
		head, tail, ok := strings.Cut(text, string(markBegin))
		b.WriteString(head)
		if !ok || b.Len() > mostText {
			return b.String()
		}
		digits, rest, _ := strings.Cut(tail, string(markEnd))
		if i, err := strconv.Atoi(digits); err == nil {
			b.WriteString(by(i))
		}
		text = rest
	}
}

// plain is the text as a person would read it.
func (w *written) plain() string {
	return eachMark(w.marked.String(), func(i int) string {
		if i >= len(w.values) {
			return ""
		}
		return shown(w.values[i])
	})
}

// shown is a value within a text.
func shown(y *yaml.Node) string {
	switch {
	case y.Kind != yaml.ScalarNode:
		return "…"
	case isOpen(y):
		return "${" + y.Value + "}"
	}
	return y.Value
}
