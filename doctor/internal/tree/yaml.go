package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A SyntaxError is what is wrong with a document, and where.
type SyntaxError struct {
	File string
	Line int
	What string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.What
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

// most is how many documents of a file are read.
const most = 10_000

// YAML reads all documents of a file; those before a mistake are answered with it.
func YAML(file string, content []byte) (docs []Node, err error) {
	defer func() { // the library panics on some inputs that no tool writes
		if r := recover(); r != nil {
			err = &SyntaxError{File: file, What: fmt.Sprint(r)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(plain(content)))
	for len(docs) < most {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, yamlError(file, err)
		}
		if len(doc.Content) > 0 {
			docs = append(docs, Node{y: doc.Content[0], file: file})
		}
	}
	return docs, nil
}

// plain takes off what editors on Windows put in front.
func plain(content []byte) []byte { return bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) }

var atLine = regexp.MustCompile(`^yaml: line (\d+): `)

func yamlError(file string, err error) error {
	text := err.Error()
	e := &SyntaxError{File: file, What: text}
	if m := atLine.FindStringSubmatch(text); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.What = text[len(m[0]):]
	}
	return e
}

// A Double is a key that stands twice in one mapping; the second one counts.
type Double struct {
	Key           string
	Line, Earlier int
}

// Doubles are the keys that stand twice in a mapping, anywhere below.
func (n Node) Doubles() (all []Double) {
	for y := range walk(n.y, 0) {
		if y.Kind != yaml.MappingNode {
			continue
		}
		lines := map[string]int{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			k := y.Content[i]
			if at, ok := lines[k.Value]; ok && k.Tag != "!!merge" {
				all = append(all, Double{Key: k.Value, Line: k.Line, Earlier: at})
			}
			lines[k.Value] = k.Line
		}
	}
	return all
}
