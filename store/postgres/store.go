package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"sync"
	"time"

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
	owned   bool   // Open made the pools, so Close closes them
	strict  bool   // its transactions would not be READ COMMITTED by themselves
	name    string // in its notifications
	bell    *bell
	ears    ears
	convoy  convoy
	patient patience
	marks   marks

	closing  time.Duration // how long Close waits
	patience time.Duration // and the last statements of a Commit

	mu     sync.Mutex       // owns what follows
	texts  map[query]string // in the schema
	db     *sql.DB          // nil: nobody asked for it
	closed bool
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Listener  = (*Store)(nil)
	_ store.Scheduler = (*Store)(nil)
	_ store.Marker    = (*Store)(nil)
)

func newStore(p pools, o Options) *Store {
	s := &Store{options: o, pools: p, texts: map[query]string{}, name: rand.Text(), closing: closePatience, patience: commitPatience}
	s.convoy.store, s.convoy.patience, s.convoy.haste = s, convoyPatience, convoyHaste
	s.patient = newPatience(int(p.pool.Config().MaxConns))
	s.marks.slow = slowClaim
	s.convoy.cautious = cap(s.patient) < mostPatient
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

// closePatience is how long Close waits for connections that are in use.
const closePatience = 5 * time.Second

// Close ends the store. Calls after it fail, also those on SQL().DB(). It waits for
// calls that are under way and for transactions that are open on Pool(), those of
// Commit among them, for five seconds at most. What still runs then is not cut off: an
// error says how much it is, and each connection is closed once it is given back. A
// pool that was given to New stays open, and nothing on it is waited for.
func (s *Store) Close() error {
	s.bell.close()
	s.closeDB()
	if !s.owned {
		return nil
	}
	closed := make(chan struct{})
	go func() { // it ends with the last transaction
		s.pools.close()
		close(closed)
	}()
	patience := time.NewTimer(s.closing)
	defer patience.Stop()
	select {
	case <-closed:
		return nil
	case <-patience.C:
	}
	if n := s.pools.used(); n > 0 {
		return fmt.Errorf("postgres: close: %d connections are still in use after %v (hint: stop workers and end transactions before Close)", n, s.closing)
	}
	return nil // the server does not answer goodbyes
}

// sqlDB is the application's pool as a *sql.DB, which is made when it is first asked
// for: it has a goroutine.
func (s *Store) sqlDB() *sql.DB {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		s.db = stdlib.OpenDBFromPool(s.app)
		if s.closed {
			s.db.Close()
		}
	}
	return s.db
}

// closeDB ends the *sql.DB. Its transactions go on.
func (s *Store) closeDB() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.db != nil {
		s.db.Close() // there are no idle connections that could fail to close
	}
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

// maxName is how many bytes a name has at most, those of channels too.
const maxName = 63

// channel is where notifications of this schema go. One whose name leaves no room for
// more has the channel of its hash.
func (s *Store) channel() string {
	if c := "tasuki." + s.options.Schema; len(c) <= maxName {
		return c
	}
	return fmt.Sprintf("tasuki.%x", sha256.Sum224([]byte(s.options.Schema)))
}

// listenConfig is where to listen.
func (s *Store) listenConfig(ctx context.Context) (*pgx.ConnConfig, error) {
	if s.options.ListenDSN == "" {
		c, err := s.connConfig(ctx)
		if err == nil {
			c.OnNotification = nil
		}
		return c, err
	}
	c, err := pgx.ParseConfig(s.options.ListenDSN)
	if err == nil {
		c.DialFunc = dial
	}
	return c, err
}

// connConfig is how the pool would connect now: the password may be one that changes.
func (s *Store) connConfig(ctx context.Context) (*pgx.ConnConfig, error) {
	c := s.pool.Config() // a copy
	if c.BeforeConnect == nil {
		return c.ConnConfig, nil
	}
	return c.ConnConfig, c.BeforeConnect(ctx, c.ConnConfig)
}
