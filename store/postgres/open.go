package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/store"
)

// Open opens the store in a database, brings its schema up to date and checks that it
// can work there. dsn is a URL (postgres://user:password@host:5432/database) or a list
// of key=value, as libpq takes them, several hosts included; what is missing comes
// from PGHOST and its like. Close ends it.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w (hint: postgres://user:password@host:5432/database)", err)
	}
	o.configure(config, strings.Contains(dsn, "pool_max_conns"))
	if config.MaxConns < 2 {
		return nil, fmt.Errorf("postgres: pool_max_conns is %d: %w (hint: leave it out for %d; 2 is the least)", config.MaxConns, store.ErrInvalid, DefaultMaxConns)
	}
	pools, err := o.pools(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	s, err := open(ctx, pools, o)
	if err != nil {
		pools.close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// pools are a store's connections: pool's for what the store does by itself, whose
// sessions plan for its statements alone, and app's for those of the application, for
// Commit too. They are one where sessions cannot have settings.
type pools struct{ pool, app *pgxpool.Pool }

// close waits for connections that are in use. Neither pool gives out any meanwhile.
func (p *pools) close() {
	var wg sync.WaitGroup
	wg.Go(p.app.Close)
	wg.Go(p.pool.Close)
	wg.Wait()
}

// used is how many connections are in use.
func (p *pools) used() int {
	n := int(p.app.Stat().AcquiredConns())
	if p.pool != p.app {
		n += int(p.pool.Stat().AcquiredConns())
	}
	return n
}

// reset lets connections go: the next ones may find another server.
func (p *pools) reset() {
	p.app.Reset()
	p.pool.Reset()
}

func (o *Options) pools(ctx context.Context, config *pgxpool.Config) (pools, error) {
	app, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil || o.Pooled {
		return pools{app, app}, err
	}
	own := config.Copy()
	own.MaxConns = min(own.MaxConns, ownConns)
	setUnlessSaid(own.ConnConfig.RuntimeParams, planning)
	pool, err := pgxpool.NewWithConfig(ctx, own)
	if err != nil {
		app.Close()
	}
	return pools{pool, app}, err
}

// ownConns is how many connections a store needs by itself: for claims, outcomes, how
// far jobs are, beats, notifications and what is looked at meanwhile.
const ownConns = 6

// planning is how the store's own statements are planned: each looks up rows by
// indexes. Plans are made while a table is small or has just been emptied, and kept.
var planning = map[string]string{
	"enable_seqscan":    "off",
	"enable_bitmapscan": "off",
	"enable_hashjoin":   "off",
	"enable_mergejoin":  "off",
	"plan_cache_mode":   "force_generic_plan", // to plan a claim takes longer than to run it
	"jit":               "off",                // what cannot be avoided looks dear by these, and is not worth compiling
}

// New is Open on a pool that the application has already, and closes. It should have
// at least two connections more than handlers use.
func New(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if pool == nil {
		return nil, fmt.Errorf("postgres: the pool is nil: %w (hint: give one that pgxpool.New made, or use Open)", store.ErrInvalid)
	}
	if pool.Config().MaxConns < 2 {
		return nil, fmt.Errorf("postgres: the pool has one connection: %w (hint: MaxConns of 4 or more)", store.ErrInvalid)
	}
	return open(ctx, pools{pool, pool}, o)
}

// configure sets what connections of the store's own pool shall be like.
func (o *Options) configure(c *pgxpool.Config, sized bool) {
	switch {
	case o.MaxConns > 0:
		c.MaxConns = int32(o.MaxConns)
	case !sized:
		c.MaxConns = DefaultMaxConns
	}
	c.ConnConfig.DialFunc = dial
	c.ShouldPing = doubtful
	if o.Pooled {
		c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		c.ConnConfig.StatementCacheCapacity = 0
		if params := c.ConnConfig.RuntimeParams; params["client_encoding"] == "" {
			params["client_encoding"] = "UTF8" // the one setting that poolers know
		}
		// What another client listened to on the pooler's connection is not for this one.
		c.ConnConfig.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) {}
		return
	}
	o.settings(c.ConnConfig.RuntimeParams)
}

// settings are those of a session of ours, as far as the user's DSN says nothing else.
func (o *Options) settings(params map[string]string) {
	ours := map[string]string{
		"default_transaction_isolation": "read committed",
		"client_encoding":               "UTF8",
		"tcp_keepalives_idle":           "5", // the server notices a machine that is gone, and frees its rows
		"tcp_keepalives_interval":       "2",
		"tcp_keepalives_count":          "3",
		"tcp_user_timeout":              "10000",
	}
	if o.IdleInTransaction > 0 {
		ours["idle_in_transaction_session_timeout"] = strconv.FormatInt(o.IdleInTransaction.Milliseconds(), 10)
	}
	if params["application_name"] == "" {
		params["application_name"] = "tasuki"
	}
	setUnlessSaid(params, ours)
}

func setUnlessSaid(params, ours map[string]string) {
	for name, value := range ours {
		if _, said := params[name]; !said {
			params[name] = value
		}
	}
}

func open(ctx context.Context, p pools, o Options) (*Store, error) {
	s := newStore(p, o)
	if err := s.prepare(ctx); err != nil {
		return nil, s.explain(err)
	}
	s.bell = newBell(s)
	return s, nil
}

// prepare looks at the server and brings the schema up to date.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.inspect(ctx); err != nil {
		return err
	}
	config, err := s.connConfig(ctx)
	if err != nil {
		return err
	}
	m := migrator{config, s.options.Schema, migrations}
	steps, err := m.run(ctx, s.options.NoMigrate)
	if err == nil && s.options.NoMigrate && len(steps) > 0 {
		err = fmt.Errorf("schema %s is missing or older than this program (hint: tasuki migrate brings it up to date)", s.options.Schema)
	}
	return err
}

// oldest is the oldest server that this is written for.
const oldest = 130000

// inspect refuses a server that cannot serve.
func (s *Store) inspect(ctx context.Context) error {
	var version int
	var encoding, sent, isolation, readOnly string
	var replica bool
	q := query{"inspect", `SELECT current_setting('server_version_num')::integer, current_setting('server_encoding'), current_setting('client_encoding'), pg_is_in_recovery(),
		current_setting('transaction_read_only'), current_setting('transaction_isolation')`}
	err := native{s.pool, s.text}.do(ctx, &call{query: q, row: func(r scanner) error {
		return r.Scan(&version, &encoding, &sent, &replica, &readOnly, &isolation)
	}})
	s.strict = isolation != "read committed"
	switch {
	case err != nil:
		return err
	case version < oldest:
		return fmt.Errorf("the server is PostgreSQL %d.%d: %w (hint: 13 or newer)", version/10000, version%100, store.ErrUnsupported)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s: %w (hint: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0)", encoding, store.ErrUnsupported)
	case sent != "UTF8":
		return fmt.Errorf("the sessions' encoding is %s: %w (hint: client_encoding=UTF8 in the address or the pool's RuntimeParams)", sent, store.ErrUnsupported)
	case replica:
		return fmt.Errorf("the server is a replica, which only reads: %w (hint: name the primary, or all hosts and target_session_attrs=read-write)", store.ErrUnsupported)
	case readOnly == "on":
		return fmt.Errorf("default_transaction_read_only is on: %w (hint: name the server that writes, or ALTER ROLE %s SET default_transaction_read_only = off)",
			store.ErrUnsupported, quoted(s.pool.Config().ConnConfig.User))
	}
	return nil
}
