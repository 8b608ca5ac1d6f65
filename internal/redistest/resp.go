package redistest

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A ReplyError is an error that a server answered, as it spells it: "WRONGTYPE …".
type ReplyError string

func (e ReplyError) Error() string { return string(e) }

// A push is what a server says without having been asked (RESP3).
type push []any

// A respReader reads what clients and servers say to each other, and keeps the bytes.
type respReader struct {
	r   *bufio.Reader
	raw []byte // of the value read last
}

func newRESPReader(r io.Reader) *respReader { return &respReader{r: bufio.NewReader(r)} }

// read is the next value: string, int64, nil, bool, ReplyError, push, or []any of such.
// A map is the list of its keys and values; numbers beyond int64 are strings.
func (r *respReader) read() (any, error) {
	r.raw = r.raw[:0]
	return r.value()
}

func (r *respReader) value() (any, error) {
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	if line == "" {
		return "", nil
	}
	switch kind, rest := line[0], line[1:]; kind {
	case '+', ',', '(':
		return rest, nil
	case '-':
		return ReplyError(rest), nil
	case ':':
		return strconv.ParseInt(rest, 10, 64)
	case '#':
		return rest == "t", nil
	case '_':
		return nil, nil
	case '$', '=', '!':
		return r.bulk(kind, rest)
	case '*', '~', '%', '>', '|':
		return r.list(kind, rest)
	}
	return inline(line), nil
}

// inline is a command without a frame.
func inline(line string) any {
	var words []any
	for word := range strings.FieldsSeq(line) {
		words = append(words, word)
	}
	return words
}

func (r *respReader) line() (string, error) {
	line, err := r.r.ReadString('\n')
	r.raw = append(r.raw, line...)
	return strings.TrimRight(line, "\r\n"), err
}

func (r *respReader) bulk(kind byte, size string) (any, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 0 {
		return nil, err
	}
	from := len(r.raw)
	r.raw = append(r.raw, make([]byte, n+2)...)
	if _, err := io.ReadFull(r.r, r.raw[from:]); err != nil {
		return nil, err
	}
	text := string(r.raw[from : from+n])
	switch {
	case kind == '!':
		return ReplyError(text), nil
	case kind == '=' && n >= 4: // its first four bytes say what it is
		return text[4:], nil
	}
	return text, nil
}

func (r *respReader) list(kind byte, size string) (any, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 0 {
		return nil, err
	}
	if kind == '%' || kind == '|' {
		n *= 2
	}
	list := []any{}
	for range n {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	switch kind {
	case '>':
		return push(list), nil
	case '|': // attributes of the value that follows
		return r.value()
	}
	return list, nil
}

// command spells one.
func command(args []any) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, arg := range args {
		text := fmt.Sprint(arg)
		if bytes, is := arg.([]byte); is {
			text = string(bytes)
		}
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(text), text)
	}
	return b
}
