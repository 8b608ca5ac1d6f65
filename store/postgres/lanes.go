package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// lanesFor makes the lanes that a transaction of the application's needs. In that
// transaction, which may commit late, they would hold up everybody's first job of a
// kind, so they are made beside it; and their numbers are brought along, since a
// transaction that goes by an older snapshot does not see them. Where no other
// connection is to be had it makes them itself.
func (s *Store) lanesFor(ctx context.Context, in session, r *rows) error {
	conn, release := s.beside(ctx)
	if conn == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		return in.do(ctx, r.addLanes())
	}
	defer release()
	t := &tx{native: native{conn, s.text}, begin: beginSQL}
	err := t.run(ctx, conn, func(t *tx) error { return t.finish(ctx, r.addLanes(), r.findLanes()) })
	return s.named("add lanes", err) // its user is the store's
}

// besideWait is how long a transaction waits for a connection of the store's pool. It
// must not wait for ever: those may all be waiting for what it locks.
const besideWait = 200 * time.Millisecond

// beside is a connection for a moment beside somebody's transaction: one of the pool,
// or if none comes free a new one. It is nil if there is none either.
func (s *Store) beside(ctx context.Context) (conn *pgx.Conn, release func()) {
	if c := s.free(ctx); c != nil {
		return c.Conn(), c.Release
	}
	config, err := s.connConfig(ctx)
	if err != nil {
		return nil, nil
	}
	if conn, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, nil
	}
	return conn, func() { conn.Close(context.WithoutCancel(ctx)) }
}

// free is a connection of the pool, if one comes free soon. A pool whose connections
// are all in use asks the server for another one; that there is no room for it says
// nothing of those.
func (s *Store) free(ctx context.Context) *pgxpool.Conn {
	ctx, cancel := context.WithTimeout(ctx, besideWait)
	defer cancel()
	for {
		c, err := s.pool.Acquire(ctx)
		if err == nil {
			return c
		}
		if code(err) != codeNoRoom || !loop.Rest(ctx, askSoon) {
			return nil
		}
	}
}
