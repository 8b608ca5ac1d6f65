package postgres

import (
	"context"
	"net"
	"time"
)

// dial opens a connection that notices within seconds that the other machine is gone.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		Timeout:         10 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         userTimeout,
	}
	return d.DialContext(ctx, network, address)
}
