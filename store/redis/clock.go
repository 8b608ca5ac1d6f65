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
	agreed atomic.Int64 // when the server did last, in ns since began
	wall   atomic.Int64 // how far this machine's time of day was ahead of the time since began then, in ms
}

func (c *serverClock) now() int64 { return c.offset.Load() + time.Since(c.began).Microseconds() }

func (c *serverClock) set(us int64) { c.offset.Store(us - time.Since(c.began).Microseconds()) }

// checked notes that the server has just found the estimate right.
func (c *serverClock) checked() {
	c.agreed.Store(int64(time.Since(c.began)))
	c.wall.Store(c.lead())
}

// lead is how far the time of day is ahead of the time since began, which stands still
// while a machine sleeps.
func (c *serverClock) lead() int64 {
	return time.Now().UnixMilli() - time.Since(c.began).Milliseconds()
}

// due says whether the server has to look at the estimate again.
func (c *serverClock) due() bool {
	moved := c.lead() - c.wall.Load()
	return c.offset.Load() == 0 || time.Since(c.began)-time.Duration(c.agreed.Load()) >= checkEvery || max(moved, -moved) > 1000
}

// idSpan is for how long ids are remembered in one set, as the script admit has it.
const idSpan = 10 * time.Minute

// checkEvery is how often the server compares its clock with what is believed here.
const checkEvery = time.Second

// An entry is when jobs come in, as this side believes, so that it costs the server little
// to have times in payloads and to remember ids for a time.
type entry struct {
	ms    int64 // of Unix time
	span  int64
	check bool
	ids   []string // the sets of ids, this span's and the one before
	began string   // when the span did, in seconds
	now   string
	tail  string // of payloads
}

// entry is that of now. Callers of the same millisecond get the same one.
func (s *Store) entry() *entry {
	ahead := s.ahead.Load()
	ms := (s.server.now() + ahead) / 1000
	if e := s.last.Load(); e != nil && e.ms == ms {
		return e
	}
	e := &entry{ms: ms, span: ms / idSpan.Milliseconds()}
	e.check = s.span.Load() != e.span || s.server.due()
	began := e.span * idSpan.Milliseconds()
	e.ids = []string{s.keys.ids(e.span), s.keys.ids(e.span - 1)}
	e.began, e.now = seconds(began*1000-ahead), seconds(ms*1000-ahead)
	at := s.unit().Spell(time.UnixMilli(ms).UTC())
	e.tail = `,"created_at":` + at + `,"enqueued_at":` + at + `}`
	s.last.Store(e)
	return e
}

// words are what scripts get.
func (e *entry) words() []string {
	if e.check {
		return []string{e.ids[0], e.ids[1], e.began, e.now}
	}
	return []string{e.ids[0], e.ids[1], "", ""}
}

func seconds(us int64) string { return strconv.FormatFloat(float64(us)/1e6, 'f', -1, 64) }

// entered reads what a script answered: a number, or that its clock says otherwise, which
// is believed from now on.
func (s *Store) entered(e *entry, reply *rueidis.RedisMessage) (n int64, off bool, err error) {
	if !reply.IsArray() {
		// What added nothing did not tell the set of ids when it ends.
		if n, err = reply.AsInt64(); n == 1 && e.check {
			s.span.Store(e.span)
			s.server.checked()
			s.last.Store(nil)
		}
		return n, false, err
	}
	part, err := reply.AsStrSlice()
	if err != nil || len(part) != 2 {
		return 0, true, err
	}
	sec, _ := strconv.ParseInt(part[0], 10, 64)
	us, _ := strconv.ParseInt(part[1], 10, 64)
	s.server.set(sec*1e6 + us)
	s.last.Store(nil)
	return 0, true, nil
}
