package postgres

import (
	"database/sql"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/tasuki-jobs/tasuki/store"
)

// Store is a store in one schema of a PostgreSQL database. Its methods may be called
// from any goroutine.
type Store struct {
	options Options
	pools
	owned  bool // Open made the pools, so Close closes them
	strict bool // its transactions would not be READ COMMITTED by themselves
	bell   *bell
	convoy convoy
	marks  marks

	mu    sync.Mutex       // owns texts
	texts map[query]string // in the schema
	db    func() *sql.DB
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Listener  = (*Store)(nil)
	_ store.Scheduler = (*Store)(nil)
	_ store.Marker    = (*Store)(nil)
)

func newStore(p pools, o Options) *Store {
	s := &Store{options: o, pools: p, texts: map[query]string{}}
	s.convoy.store, s.convoy.patience = s, convoyPatience
	s.db = sync.OnceValue(func() *sql.DB { return stdlib.OpenDBFromPool(p.app) })
	return s
}

// Features says what this store can do: everything.
func (s *Store) Features() store.Features {
	return store.Features{
		Name:     "postgres",
		Priority: true, Cursor: true, Unique: true, Then: true, Keep: true, Journal: true,
		Kinds: true, Order: true, IDs: true,
		Tags: true, Tick: true, Weights: true, Pause: true, Cancel: true, Signal: true,
		Schedules: true, Marks: true,
		Remember: store.Remember, MaxPayload: s.options.MaxPayload, Commit: true,
	}
}

// Pool is a pool for the application's own statements: the one that Commit uses.
func (s *Store) Pool() *pgxpool.Pool { return s.app }

// Close ends the store. Calls after it fail.
func (s *Store) Close() error {
	s.bell.close()
	if s.owned {
		s.pools.close()
	}
	return nil
}

// text is a statement in the store's schema.
func (s *Store) text(q query) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.texts[q]
	if !ok {
		t = inSchema(q.text, s.options.Schema)
		s.texts[q] = t
	}
	return t
}

// channel is where notifications of this schema go.
func (s *Store) channel() string { return "tasuki." + s.options.Schema }

// listenConfig is where to listen.
func (s *Store) listenConfig() *pgx.ConnConfig {
	if s.options.ListenDSN != "" {
		if c, err := pgx.ParseConfig(s.options.ListenDSN); err == nil {
			c.DialFunc = dial
			return c
		}
	}
	c := s.pool.Config().ConnConfig
	c.OnNotification = nil
	return c
}
