package redis

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// metrics gathers how long jobs took, for Sidekiq's Web, from one beat to the next. What a
// kill takes with it is what Sidekiq's own processes lose too.
type metrics struct {
	mu  sync.Mutex // owns all
	all map[string]*figures
}

// figures are those of one kind.
type figures struct {
	processed, failed, millis int64
	times                     [len(bounds) + 1]int64
}

// bounds are the times in ms that the columns of Sidekiq's histogram stay below; the last
// column has none.
var bounds = [...]int64{20, 30, 45, 65, 100, 150, 225, 335, 500, 750, 1100, 1700, 2500, 3800, 5750, 8500,
	13_000, 20_000, 30_000, 45_000, 65_000, 100_000, 150_000, 225_000, 335_000}

// A form is how a generation of Sidekiq keeps them.
type form struct {
	jobs, tens func(time.Time) string // keys of a minute, and of ten of them; nil: not kept
	times      func(string, time.Time) string
}

var (
	form7 = form{
		jobs: func(t time.Time) string { return fmt.Sprintf("j|%s|%d:%d", t.Format("20060102"), t.Hour(), t.Minute()) },
		times: func(kind string, t time.Time) string {
			return fmt.Sprintf("%s-%s:%d", kind, t.Format("02-15"), t.Minute())
		},
	}
	form8 = form{
		jobs: func(t time.Time) string {
			return fmt.Sprintf("j|%s|%d:%s", t.Format("060102"), t.Hour(), t.Format("04"))
		},
		tens: func(t time.Time) string {
			return fmt.Sprintf("j|%s|%d:%d", t.Format("060102"), t.Hour(), t.Minute()/10)
		},
		times: func(kind string, t time.Time) string {
			return fmt.Sprintf("h|%s-%d-%d:%d", kind, t.Day(), t.Hour(), t.Minute())
		},
	}
)

const (
	minutesKept = 8 * time.Hour
	tensKept    = 3 * 24 * time.Hour
)

// readers are the versions of Sidekiq that read the metrics.
func (s *Store) readers() generation {
	switch s.options.Metrics {
	case MetricsOff:
		return 0
	case Metrics7:
		return only7
	case Metrics8:
		return from8
	}
	return generation(s.peers.seen.Load()) &^ before7
}

// measures says whether there are metrics at all.
func (s *Store) measures() bool { return s.readers() != 0 }

// forms are those that are written.
func (s *Store) forms() []form {
	seen := s.readers()
	var all []form
	if seen&only7 != 0 {
		all = append(all, form7)
	}
	if seen&from8 != 0 {
		all = append(all, form8)
	}
	return all
}

// note counts a run that ended. One that was interrupted or put off does not count.
func (m *metrics) note(kind string, o *store.Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[string]*figures{}
	}
	f := m.all[kind]
	if f == nil {
		f = &figures{}
		m.all[kind] = f
	}
	f.processed++
	if o.Verb != store.Finish {
		f.failed++
		return
	}
	ms, column := o.Ran.Milliseconds(), 0
	for column < len(bounds) && ms >= bounds[column] {
		column++
	}
	f.millis += ms
	f.times[column]++
}

// counted says whether an outcome is a run that counts.
func counted(o *store.Outcome) bool {
	return o.Verb == store.Finish || o.Verb == store.Fail || o.Verb == store.Bury
}

// last writes what was gathered since the last beat: a worker may be at its end.
func (m *metrics) last(ctx context.Context, s *Store) {
	m.mu.Lock()
	some := len(m.all) > 0
	m.mu.Unlock()
	if !some {
		return
	}
	if now, err := s.now(ctx); err == nil {
		m.flush(ctx, s, now)
	}
}

// flush writes what was gathered, as of one moment. It is for people: what cannot be
// written now is left out.
func (m *metrics) flush(ctx context.Context, s *Store, now time.Time) {
	m.mu.Lock()
	all := m.all
	m.all = nil
	m.mu.Unlock()
	if len(all) == 0 {
		return
	}
	var commands rueidis.Commands
	for _, f := range s.forms() {
		commands = append(commands, f.write(s.client.B, all, now)...)
	}
	if len(commands) > 0 {
		s.client.DoMulti(ctx, commands...)
	}
}

// write makes the commands of one form.
func (f *form) write(b func() rueidis.Builder, all map[string]*figures, now time.Time) rueidis.Commands {
	var commands rueidis.Commands
	expire := func(key string, kept time.Duration) {
		commands = append(commands, b().Expire().Key(key).Seconds(int64(kept.Seconds())).Build())
	}
	count := func(key string, kept time.Duration) {
		for kind, g := range all {
			for field, n := range map[string]int64{"p": g.processed, "f": g.failed, "ms": g.millis} {
				if n > 0 {
					commands = append(commands, b().Hincrby().Key(key).Field(kind+"|"+field).Increment(n).Build())
				}
			}
		}
		expire(key, kept)
	}
	count(f.jobs(now), minutesKept)
	if f.tens != nil {
		count(f.tens(now), tensKept)
	}
	for kind, g := range all {
		key := f.times(kind, now)
		if words := g.columns(); len(words) > 0 {
			commands = append(commands, b().Arbitrary("BITFIELD").Keys(key).Args("OVERFLOW", "SAT").Args(words...).Build())
			expire(key, minutesKept)
		}
	}
	return commands
}

// columns are what BITFIELD is told.
func (g *figures) columns() []string {
	var words []string
	for i, n := range g.times {
		if n > 0 {
			words = append(words, "INCRBY", "u16", "#"+strconv.Itoa(i), strconv.FormatInt(n, 10))
		}
	}
	return words
}
