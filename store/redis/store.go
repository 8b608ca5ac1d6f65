package redis

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// Store is a store on one Redis server. Its methods may be called from any goroutine.
type Store struct {
	client  rueidis.Client
	lines   lines
	options Options
	user    string // of the server, in its ACLs
	keys    keys
	held    holdings
	mixed   mixed
	misfits misfits
	peers   peers
	metrics metrics
	began   time.Time
	server  serverClock
	last    atomic.Pointer[entry] // the last one made
	span    atomic.Int64          // the last in which ids are known to end by themselves
	dueSeen atomic.Int64          // when the sorted sets were looked at last, in ns since the store was opened

	ahead  atomic.Int64 // how far tests move the clock on, in µs
	closed sync.Once
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Listener  = (*Store)(nil)
	_ store.Scheduler = (*Store)(nil)
	_ store.Marker    = (*Store)(nil)
)

// Features says what this store can do.
func (s *Store) Features() store.Features {
	return store.Features{
		Name:   "redis",
		Cursor: true, Unique: true, Then: true, Keep: true, Journal: true, Tags: true, Tick: true, Weights: true,
		Pause: true, Cancel: true, Signal: true, Schedules: true, Marks: true,
		Remember: store.Remember, MaxPayload: s.options.MaxPayload,
	}
}

// Close ends the store's connections.
func (s *Store) Close() error {
	s.closed.Do(s.client.Close)
	return nil
}

// clock is what all scripts get first.
func (s *Store) clock() []string {
	millis := "0"
	if s.unit() == wire.Millis {
		millis = "1"
	}
	return []string{string(s.keys), strconv.FormatInt(s.ahead.Load(), 10), millis}
}

// moment is a time that the server told, in µs of Unix time.
func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }
