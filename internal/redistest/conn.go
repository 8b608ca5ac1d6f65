package redistest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"time"
)

// A Conn is a connection of the tests' own (RESP2), to look past the code under test.
// It is for one goroutine at a time.
type Conn struct {
	net net.Conn
	in  *respReader
}

// connect dials a server. secure: nil without TLS.
func connect(ctx context.Context, address string, secure *tls.Config) (*Conn, error) {
	var dial interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if secure != nil {
		dial = &tls.Dialer{Config: secure}
	}
	c, err := dial.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &Conn{c, newRESPReader(c)}, nil
}

// Exec runs a command: numbers and strings are spelled as fmt does, []byte as it is. The
// answer is a string, int64, nil, or []any of such. A server's own error is a ReplyError.
func (c *Conn) Exec(ctx context.Context, args ...any) (any, error) {
	defer c.under(ctx)()
	if _, err := c.net.Write(command(args)); err != nil {
		return nil, or(ctx, err)
	}
	return c.read(ctx)
}

// Read is the next answer of a command that has several, as MONITOR and SUBSCRIBE.
func (c *Conn) Read(ctx context.Context) (any, error) {
	defer c.under(ctx)()
	return c.read(ctx)
}

func (c *Conn) read(ctx context.Context) (any, error) {
	v, err := c.in.read()
	if err != nil {
		return nil, or(ctx, err)
	}
	if refused, is := v.(ReplyError); is {
		return nil, refused
	}
	return v, nil
}

// Close ends the connection.
func (c *Conn) Close() error { return c.net.Close() }

// under bounds what is sent and read by a context, until the function that it answers
// is called.
func (c *Conn) under(ctx context.Context) func() {
	stop := context.AfterFunc(ctx, func() { c.net.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// or is the context's error for one that its end brought about.
func or(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}
