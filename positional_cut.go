package tasuki

import (
	"bytes"
	"fmt"
)

// Where in an array of arguments each of them stands.

// elements appends the texts of an array's elements to dst. It looks at brackets and
// quotes only: what else is wrong is found by whoever decodes the elements, and they
// are all valid exactly if the array is. No array at all is no arguments.
func elements(dst [][]byte, raw []byte) ([][]byte, error) {
	whole := raw
	raw = bytes.Trim(raw, space)
	n := len(raw)
	if len(whole) == 0 || string(raw) == "null" {
		return dst, nil
	}
	if n < 2 || raw[0] != '[' || raw[n-1] != ']' {
		return dst, fmt.Errorf("the arguments are not an Array but %s", rubyText(whole))
	}
	raw = raw[1 : n-1]
	depth, from := 0, 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = endOfText(raw, i)
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				dst, from = append(dst, bytes.Trim(raw[from:i], space)), i+1
			}
		}
	}
	last := bytes.Trim(raw[from:], space)
	if len(last) == 0 && from == 0 {
		return dst, nil
	}
	return append(dst, last), nil
}

const space = " \t\r\n" // as JSON has it

// endOfText is where the text that begins at i ends.
func endOfText(raw []byte, i int) int {
	for i++; i < len(raw) && raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i
}
