package main

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// openPool opens a pool of at most so many connections, whose statements are counted
// if the setup wants that.
func openPool(ctx context.Context, s harness.Setup, conns int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(s.Path)
	if err != nil {
		return nil, err
	}
	config.MaxConns = conns
	if s.Statements != nil {
		config.ConnConfig.Tracer = counter{s.Statements}
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// A counter counts the statements that are sent, those that begin and end transactions
// included.
type counter struct{ n *atomic.Int64 }

func (c counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n.Add(1)
	return ctx
}
func (counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (c counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) { c.n.Add(1) }
func (counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)       {}
