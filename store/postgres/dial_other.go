//go:build !linux

package postgres

import "syscall"

var userTimeout func(network, address string, c syscall.RawConn) error // only Linux has it
