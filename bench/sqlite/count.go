package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
)

// open opens a database; if count is not nil it counts the statements sent,
// those that begin and end transactions included.
func open(name, dsn string, count *atomic.Int64) (*sql.DB, error) {
	db, err := sql.Open(name, dsn)
	if err != nil || count == nil {
		return db, err
	}
	below := db.Driver()
	if err := db.Close(); err != nil {
		return nil, err
	}
	return sql.OpenDB(&counter{below: below, dsn: dsn, n: count}), nil
}

// A counter is a driver that counts what goes through it.
type counter struct {
	below driver.Driver
	dsn   string
	n     *atomic.Int64
}

func (c *counter) Driver() driver.Driver { return c.below }

func (c *counter) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.below.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	all, ok := conn.(fullConn)
	if !ok {
		conn.Close()
		return nil, errors.New("this driver's connections cannot be counted")
	}
	return countedConn{all, c.n}, nil
}

// fullConn is what the connections of both SQLite drivers can do.
type fullConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type countedConn struct {
	fullConn
	n *atomic.Int64
}

// ResetSession is what database/sql asks before it uses a connection again.
func (c countedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.fullConn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c countedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.fullConn.ExecContext(ctx, text, args)
}

func (c countedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.fullConn.QueryContext(ctx, text, args)
}

func (c countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.n.Add(1)
	tx, err := c.fullConn.BeginTx(ctx, o)
	return countedTx{tx, c.n}, err
}

func (c countedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	s, err := c.fullConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	all, ok := s.(fullStmt)
	if !ok {
		s.Close()
		return nil, errors.New("this driver's statements cannot be counted")
	}
	return countedStmt{all, c.n}, nil
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type countedStmt struct {
	fullStmt
	n *atomic.Int64
}

func (s countedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.n.Add(1)
	return s.fullStmt.ExecContext(ctx, args)
}

func (s countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.n.Add(1)
	return s.fullStmt.QueryContext(ctx, args)
}

type countedTx struct {
	driver.Tx
	n *atomic.Int64
}

func (t countedTx) Commit() error {
	t.n.Add(1)
	return t.Tx.Commit()
}

func (t countedTx) Rollback() error {
	t.n.Add(1)
	return t.Tx.Rollback()
}
