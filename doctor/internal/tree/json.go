package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"go.yaml.in/yaml/v3"
)

// JSON reads one document. YAML's reader would do, but for the tabs that indent many.
func JSON(file string, content []byte) (Node, error) {
	content = plain(content)
	r := &jsonReader{dec: json.NewDecoder(bytes.NewReader(content)), lines: lineStarts(content)}
	r.dec.UseNumber()
	y, err := r.value(0)
	if err == nil {
		if _, rest := r.dec.Token(); !errors.Is(rest, io.EOF) {
			err = errors.New("something stands behind the end")
		}
	}
	if err != nil {
		line, _ := r.place(int(r.dec.InputOffset()))
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line, _ = r.place(int(syntax.Offset))
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Node{}, &SyntaxError{File: file, Line: line, What: err.Error()}
	}
	return Node{y: y, file: file}, nil
}

type jsonReader struct {
	dec   *json.Decoder
	lines []int // the offset of each line's start
}

func lineStarts(content []byte) []int {
	starts := []int{0}
	for i, c := range content {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// place is the line and column, from 1, of a byte.
func (r *jsonReader) place(offset int) (line, column int) {
	line = sort.SearchInts(r.lines, offset+1)
	return line, offset - r.lines[line-1] + 1
}

var errDeep = errors.New("it is nested too deep")

// value reads the next value. The token has been read when its place is asked for, so its
// end is known, and for scalars, which stand on one line, the line with it.
func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	return r.from(tok, depth)
}

func (r *jsonReader) from(tok json.Token, depth int) (*yaml.Node, error) {
	if depth > 1000 {
		return nil, errDeep
	}
	line, column := r.place(int(r.dec.InputOffset()) - 1)
	y := &yaml.Node{Kind: yaml.ScalarNode, Line: line, Column: column}
	switch t := tok.(type) {
	case json.Delim:
		y.Style = yaml.FlowStyle
		if t == '{' {
			y.Kind, y.Tag = yaml.MappingNode, "!!map"
			return y, r.items(y, 2, depth)
		}
		y.Kind, y.Tag = yaml.SequenceNode, "!!seq"
		return y, r.items(y, 1, depth)
	case string:
		raw, _ := json.Marshal(t)
		y.Value, y.Tag, y.Style = t, "!!str", yaml.DoubleQuotedStyle
		y.Column -= min(len(raw)-1, column-1)
	case nil:
		y.Tag = "!!null"
	case bool:
		y.Value, y.Tag = fmt.Sprint(t), "!!bool"
	default:
		y.Value, y.Tag = fmt.Sprint(t), "!!int"
	}
	return y, nil
}

// items are what stands within a mapping, n by n: names with their values; or in a list.
func (r *jsonReader) items(y *yaml.Node, n, depth int) error {
	for r.dec.More() {
		for range n {
			v, err := r.value(depth + 1)
			if err != nil {
				return err
			}
			y.Content = append(y.Content, v)
		}
	}
	_, err := r.dec.Token()
	return err
}
