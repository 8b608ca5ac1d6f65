package postgres

import (
	"context"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// asleep is how long a connection may be idle before it is asked whether it lives.
const asleep = time.Second

// doubtful says whether an idle connection must be asked whether it lives: a server
// that was restarted closed it, and the next call is not to find that out.
func doubtful(_ context.Context, p pgxpool.ShouldPingParams) bool {
	return p.IdleDuration > asleep || spoke(p.Conn.PgConn().Conn())
}

// dial opens a connection that notices within seconds that the other machine is gone.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		Timeout:         10 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         userTimeout,
	}
	return d.DialContext(ctx, network, address)
}
