//go:build !unix

package postgres

import "net"

// spoke cannot be known here: connections that were idle for a while are asked.
func spoke(net.Conn) bool { return false }
