package redis

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// serverClock is what time it is on the server, as far as that is known here: what it
// said last, moved on by the time since.
type serverClock struct {
	began  time.Time
	offset atomic.Int64 // of the server's µs to those since began; 0: nothing is known
}

func (c *serverClock) now() int64 { return c.offset.Load() + time.Since(c.began).Microseconds() }

func (c *serverClock) set(us int64) { c.offset.Store(us - time.Since(c.began).Microseconds()) }

// idSpan is for how long ids are remembered in one set, as the script admit has it.
const idSpan = 10 * time.Minute

// An entry is when jobs come in, as this side believes. The server's scripts refuse it if
// their clock says otherwise, and say what time it is; so it costs them little to have
// the times in payloads.
type entry struct {
	ms    int64 // of Unix time
	span  int64
	words []string // what scripts get
	tail  string   // of payloads
}

// entry is that of now. Callers of the same millisecond get the same one.
func (s *Store) entry() *entry {
	ahead := s.ahead.Load()
	ms := (s.server.now() + ahead) / 1000
	if e := s.last.Load(); e != nil && e.ms == ms {
		return e
	}
	e := &entry{ms: ms, span: ms / idSpan.Milliseconds()}
	expire := "0"
	if s.span.Load() != e.span {
		expire = "1"
	}
	began := e.span * idSpan.Milliseconds()
	e.words = []string{seconds(began*1000 - ahead), seconds(ms*1000 - ahead), s.keys.ids(e.span), s.keys.ids(e.span - 1), expire}
	at := s.unit().Spell(time.UnixMilli(ms).UTC())
	e.tail = `,"created_at":` + at + `,"enqueued_at":` + at + `}`
	s.last.Store(e)
	return e
}

func seconds(us int64) string { return strconv.FormatFloat(float64(us)/1e6, 'f', -1, 64) }

// entered reads what a script answered: a number, or that its clock says otherwise, which
// is believed from now on.
func (s *Store) entered(e *entry, reply *rueidis.RedisMessage) (n int64, off bool, err error) {
	if !reply.IsArray() {
		if s.span.Swap(e.span) != e.span {
			s.last.Store(nil) // it says that the set does not end by itself yet
		}
		n, err = reply.AsInt64()
		return n, false, err
	}
	part, err := reply.AsStrSlice()
	if err != nil || len(part) != 2 {
		return 0, true, err
	}
	sec, _ := strconv.ParseInt(part[0], 10, 64)
	us, _ := strconv.ParseInt(part[1], 10, 64)
	s.server.set(sec*1e6 + us)
	return 0, true, nil
}
