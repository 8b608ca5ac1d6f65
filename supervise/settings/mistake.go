package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Mistake is what is wrong with a configuration, at its place.
type Mistake struct {
	Where string // "tasuki.yml:7", or the flag
	Key   string
	What  string
	Hint  string
}

func (m *Mistake) Error() string {
	text := m.Where
	if m.Key != "" {
		text += ": " + m.Key
	}
	text += ": " + m.What
	if m.Hint != "" {
		text += " (hint: " + m.Hint + ")"
	}
	return text
}

func (s *Settings) mistake(at *yaml.Node, key, what, hint string) error {
	return &Mistake{Where: fmt.Sprintf("%s:%d", s.Path, at.Line), Key: key, What: what, Hint: hint}
}

// unreadable is what the parser says, in our words for places.
func (s *Settings) unreadable(err error) error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	where := s.Path
	var line int
	if _, scan := fmt.Sscanf(what, "line %d: ", &line); scan == nil {
		where = fmt.Sprintf("%s:%d", s.Path, line)
		_, what, _ = strings.Cut(what, ": ")
	}
	return &Mistake{Where: where, What: "it is not YAML: " + what, Hint: "one key: value per line; quote what has : or # in it; no tabs"}
}

// Wrong is a mistake of a key that may come from the file or from a flag.
func (s *Settings) Wrong(key, what, hint string) error {
	_, flag := s.flags[key]
	switch {
	case key == "command" && (flag || !s.Read):
		return &Mistake{Where: "the command line", What: what, Hint: hint}
	case flag || !s.Read:
		return &Mistake{Where: "--" + key, What: what, Hint: hint}
	}
	return &Mistake{Where: s.Path, Key: key, What: what, Hint: hint}
}
