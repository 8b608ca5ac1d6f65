package redistest

import (
	"math/rand/v2"
	"net"
	"strconv"
)

// freePort finds a port that nobody listens on, below those that systems give to
// outgoing connections: a client that tries such a port again and again while the
// server is away can come to be connected to itself.
func freePort() (int, error) {
	var err error
	for range 100 {
		port := 10240 + rand.IntN(32000-10240)
		var l net.Listener
		if l, err = net.Listen("tcp", loopback(port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
