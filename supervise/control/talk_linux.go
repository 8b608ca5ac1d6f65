package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"
)

// A talk is a connection with one caller.
type talk struct {
	conn *net.UnixConn
	over <-chan struct{} // closed when the supervisor has ended: nobody is waited for then
	lost bool
}

// hear reads the order, unless the supervisor ends.
func (c *talk) hear(ctx context.Context) (Order, error) {
	var o Order
	c.conn.SetReadDeadline(time.Now().Add(askWithin))
	ended := context.AfterFunc(ctx, func() { c.conn.SetReadDeadline(time.Now()) })
	defer func() {
		if ended() {
			c.conn.SetReadDeadline(time.Time{})
		}
	}()
	line, err := bufio.NewReaderSize(io.LimitReader(c.conn, maxRequest), 4096).ReadBytes('\n')
	if err != nil {
		if len(line) == maxRequest {
			return o, fmt.Errorf("the order is longer than %d bytes", maxRequest)
		}
		return o, fmt.Errorf("no order came: %w", err)
	}
	if err := json.Unmarshal(line, &o); err != nil {
		return o, fmt.Errorf("the order cannot be read: %w", err)
	}
	if o.Protocol != protocol {
		return o, fmt.Errorf("the supervisor speaks version %d and the command version %d (hint: `tasuki stop` and `tasuki start` with one version of both)", protocol, o.Protocol)
	}
	return o, nil
}

// say sends one line.
func (c *talk) say(r reply) error {
	r.Protocol = protocol
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	within := sendWithin
	select {
	case <-c.over:
		within = lastWithin
	default:
	}
	c.conn.SetWriteDeadline(time.Now().Add(within))
	if _, err = c.conn.Write(append(text, '\n')); err != nil {
		c.lost = true
	}
	return err
}

// gone is closed when the caller has hung up. What it still sends is not heard.
func (c *talk) gone() <-chan struct{} {
	gone := make(chan struct{})
	go func() { // ends with the connection
		defer close(gone)
		io.Copy(io.Discard, c.conn)
	}()
	return gone
}
