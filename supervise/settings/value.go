package settings

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// A value is what stands behind a key: a text, a list of texts, or names with texts.
type value struct {
	text   string
	list   []string
	lines  []int // of list, where it came from a file
	isList bool
	isMap  bool // list has NAME=text
}

func (v value) words() []string {
	if v.isList || v.isMap {
		return v.list
	}
	return []string{v.text}
}

// A badValue is why a value cannot be.
type badValue struct {
	what, hint string
	line       int // where it is not the value's first
}

func (b *badValue) Error() string { return b.what }

func bad(hint, format string, args ...any) error {
	return &badValue{what: fmt.Sprintf(format, args...), hint: hint}
}

// valueOf reads a node.
func valueOf(n *yaml.Node) (value, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return value{text: scalar(n)}, nil
	case yaml.SequenceNode:
		v := value{isList: true}
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				return v, &badValue{what: "it is a list of texts", hint: "one - text per line", line: item.Line}
			}
			v.list, v.lines = append(v.list, scalar(item)), append(v.lines, item.Line)
		}
		return v, nil
	case yaml.MappingNode:
		v := value{isMap: true}
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, of := n.Content[i], n.Content[i+1]
			switch {
			case of.Kind != yaml.ScalarNode:
				return v, &badValue{what: name.Value + " is no text", hint: "one NAME: value per line", line: of.Line}
			case seen[name.Value]:
				return v, &badValue{what: name.Value + " is there twice", hint: "leave one of them out", line: name.Line}
			}
			seen[name.Value] = true
			v.list, v.lines = append(v.list, name.Value+"="+scalar(of)), append(v.lines, name.Line)
		}
		return v, nil
	}
	return value{}, bad("write a text, a number or a list", "it cannot be read")
}

// scalar is a text as it is written: 010 stays 010, and nothing is an empty text.
func scalar(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// one is the only text of a value.
func (v value) one() (string, error) {
	if v.isList || v.isMap {
		return "", bad("write it behind the colon", "it is one value, not several")
	}
	return v.text, nil
}

type setter = func(s *Settings, v value, dir string) error

// scalarSetter sets what one text says.
func scalarSetter[T any](to func(*Settings) *T, read func(text string) (T, error)) setter {
	return func(s *Settings, v value, _ string) error {
		text, err := v.one()
		if err != nil {
			return err
		}
		is, err := read(text)
		if err == nil {
			*to(s) = is
		}
		return err
	}
}
