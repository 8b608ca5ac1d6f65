//go:build unix

package postgres

import (
	"net"
	"syscall"
)

// spoke says whether something has come over a connection that asked nothing: its end,
// or the server's word that it ends.
func spoke(c net.Conn) bool {
	if tls, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = tls.NetConn()
	}
	socket, ok := c.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return true
	}
	came := true
	// Not Read: a goroutine of the driver may be reading, and Read waits for it.
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		came = err != syscall.EAGAIN && err != syscall.EWOULDBLOCK
	})
	return came || err != nil
}
