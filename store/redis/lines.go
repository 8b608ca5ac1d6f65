package redis

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// lines are the connections of a store. When its server turns out to be a replica now,
// all are cut: who was promoted meanwhile is reached by a new connection alone.
type lines struct {
	mu   sync.Mutex // owns what follows
	all  map[*tie]bool
	cuts int   // how often all were cut
	why  error // the last time
}

// A tie is a connection that is forgotten when it is closed.
type tie struct {
	net.Conn
	of *lines
}

func (l *tie) Close() error {
	l.of.mu.Lock()
	delete(l.of.all, l)
	l.of.mu.Unlock()
	return l.Conn.Close()
}

// dial makes a connection.
func (l *lines) dial(ctx context.Context, address string, d *net.Dialer, secure *tls.Config) (net.Conn, error) {
	network := "tcp"
	if len(address) > 0 && address[0] == '/' {
		network = "unix"
	}
	var conn net.Conn
	var err error
	if secure != nil {
		conn, err = (&tls.Dialer{NetDialer: d, Config: secure}).DialContext(ctx, network, address)
	} else {
		conn, err = d.DialContext(ctx, network, address)
	}
	if err != nil {
		return nil, err
	}
	own := &tie{Conn: conn, of: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[*tie]bool{}
	}
	l.all[own] = true
	return own, nil
}

// cut ends all connections; new ones are made when they are needed.
func (l *lines) cut(why error) {
	l.mu.Lock()
	l.cuts, l.why = l.cuts+1, why
	all := make([]net.Conn, 0, len(l.all))
	for c := range l.all {
		all = append(all, c.Conn)
	}
	l.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

// since says why all were cut after so many times, if they were, and how often by now.
func (l *lines) since(cuts int) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cuts == cuts {
		return cuts, nil
	}
	return l.cuts, l.why
}
