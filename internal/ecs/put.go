package ecs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// maxAnswer is more than the agent ever answers.
const maxAnswer = 64 << 10

// put sends one PUT and reads its answer. It speaks HTTP/1.0 by itself, in which an answer
// is one piece that ends with the connection: net/http would double the size of a small
// worker.
func put(ctx context.Context, host, path string, body []byte) (status int, answer []byte, err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return 0, nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	head := "PUT " + path + " HTTP/1.0\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	if _, err := conn.Write(append([]byte(head), body...)); err != nil {
		return 0, nil, ended(ctx, err)
	}
	text, err := io.ReadAll(io.LimitReader(conn, maxAnswer))
	if err != nil {
		return 0, nil, ended(ctx, err)
	}
	return parse(text)
}

// ended says that the time was over, where that is why the connection was closed.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

var errAnswer = errors.New("this is no answer in HTTP")

// parse takes an answer apart.
func parse(text []byte) (status int, body []byte, err error) {
	head, body, whole := bytes.Cut(text, []byte("\r\n\r\n"))
	first, fields, _ := strings.Cut(string(head), "\r\n")
	words := strings.SplitN(first, " ", 3)
	if !whole || len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/1.") {
		return 0, nil, errAnswer
	}
	if status, err = strconv.Atoi(words[1]); err != nil {
		return 0, nil, errAnswer
	}
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, _ := strings.Cut(field, ":")
		value = strings.TrimSpace(value)
		switch n, err := strconv.Atoi(value); {
		case strings.EqualFold(name, "Transfer-Encoding"):
			return 0, nil, fmt.Errorf("the answer is in pieces (%s), which HTTP/1.0 does not have", value)
		case strings.EqualFold(name, "Content-Length") && (err != nil || n != len(body)):
			return 0, nil, fmt.Errorf("the answer has %d bytes and should have %s", len(body), value)
		}
	}
	return status, body, nil
}
