package postgres

import "syscall"

// unanswered is for how long sent bytes may stay unanswered, in milliseconds.
const unanswered = 10_000

const tcpUserTimeout = 18 // TCP_USER_TIMEOUT of linux/tcp.h

func userTimeout(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var err error
	control := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, unanswered)
	})
	if control != nil {
		return control
	}
	return err
}
