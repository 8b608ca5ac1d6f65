package tree

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Within reads the documents that a text of a file holds. Their nodes stand where the file has
// them; in a text whose lines are not the file's they have the place of the text, and no column.
func (n Node) Within(content []byte) ([]Node, error) {
	text := follow(n.y)
	if text == nil || text.Kind != yaml.ScalarNode {
		return nil, nil
	}
	before, shift := 0, -1
	if text.Style&yaml.LiteralStyle != 0 {
		before, shift = text.Line, indent(text, strings.Split(string(content), "\n"))
	}
	docs, err := YAML(n.pos(text).File, []byte(strings.Repeat("\n", before)+text.Value))
	for _, doc := range docs {
		for y := range walk(doc.y, 0) {
			if shift < 0 {
				y.Line, y.Column = text.Line, 0
			} else {
				y.Column += shift
			}
		}
	}
	return docs, err
}

// indent is how far a literal text stands from its file's margin; below 0: it cannot be told.
func indent(text *yaml.Node, lines []string) int {
	for i, line := range strings.Split(text.Value, "\n") {
		bare := strings.TrimLeft(line, " ")
		if at := text.Line + i; bare != "" && at < len(lines) {
			return strings.Index(lines[at], bare) - (len(line) - len(bare))
		}
	}
	return -1
}
