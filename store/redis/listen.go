package redis

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

const (
	// armPace is how far apart looks at the queues are at least.
	armPace = 2 * time.Millisecond
	// Connections that break are made anew with growing pauses.
	againSoon = 50 * time.Millisecond
	againLate = 5 * time.Second
)

// Listen calls wake soon after jobs may have become claimable; see [store.Listener]. It
// keeps one connection for itself, on which it has looked at the queues and is told by
// the server (CLIENT TRACKING) when they change. So it takes nothing from them, sends
// nothing while nothing happens, and hears of jobs that Ruby enqueues.
func (s *Store) Listen(ctx context.Context, queues []string, wake func()) error {
	for pause := againSoon; ; pause = min(2*pause, againLate) {
		l := listening{store: s, queues: queues, wake: wake, changed: make(chan struct{}, 1), first: math.Inf(1)}
		err := l.run(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case l.refused:
			return fmt.Errorf("listen: %w: %w", store.ErrUnsupported, hinted(err, "CLIENT TRACKING does not pass some proxies: give the address of the server itself"))
		case l.works:
			pause = againSoon
		}
		if !loop.Rest(ctx, pause) {
			return nil
		}
	}
}

// listening is one connection that listens; the goroutine of Listen owns it.
type listening struct {
	store   *Store
	queues  []string
	wake    func()
	changed chan struct{} // what was looked at is not as it was; room for one
	soon    atomic.Bool   // and it may be more than what becomes due with time
	first   float64       // when the next of the sorted sets becomes due, as last seen
	refused bool          // by the server
	works   bool
}

// run listens until the connection breaks.
func (l *listening) run(ctx context.Context) error {
	conn, _ := l.store.client.Dedicate()
	// It is closed and not kept for others: what the client does to keep it ends the whole
	// process where a server answers it with an error, as a stale replica does.
	defer conn.Close()
	broken := conn.SetOnInvalidations(func(keys []rueidis.RedisMessage) {
		if !areSets(keys) {
			l.soon.Store(true)
		}
		select {
		case l.changed <- struct{}{}:
		default:
		}
	})
	tracking := conn.B().ClientTracking().On().Build()
	if err := conn.Do(ctx, tracking).Error(); err != nil {
		l.refused = lasting(err)
		return explained(err)
	}
	if _, err := l.look(ctx, conn); err != nil {
		l.refused = lasting(err)
		return err
	}
	l.works = true
	l.wake() // what came before may have been missed
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-broken:
			return err
		case <-l.changed:
		}
		if l.soon.Swap(false) {
			l.wake()
		}
		if !loop.Rest(ctx, armPace) {
			return nil
		}
		some, err := l.look(ctx, conn)
		if err != nil {
			return err
		}
		if some {
			l.wake()
		}
	}
}

// areSets says whether nothing changed but what is due later: only a look tells whether
// something is due sooner than before. Without keys everything changed.
func areSets(keys []rueidis.RedisMessage) bool {
	for i := range keys {
		if name, err := keys[i].ToString(); err != nil || name != scheduleKey && name != retryKey {
			return false
		}
	}
	return len(keys) > 0
}

// look reads what shall be told of, which the server forgets when it tells. It says
// whether there is something to claim.
func (l *listening) look(ctx context.Context, conn rueidis.DedicatedClient) (some bool, err error) {
	b, keys := conn.B, []typed{{pausedKey, "set"}, {scheduleKey, "zset"}, {retryKey, "zset"}}
	commands := rueidis.Commands{
		b().Scard().Key(pausedKey).Build(),
		b().Zrange().Key(scheduleKey).Min("0").Max("0").Withscores().Build(),
		b().Zrange().Key(retryKey).Min("0").Max("0").Withscores().Build(),
	}
	for _, q := range l.queues {
		for _, key := range []string{queueKey(q), l.store.keys.suspects(q)} {
			commands, keys = append(commands, b().Llen().Key(key).Build()), append(keys, typed{key, "list"})
		}
	}
	next := math.Inf(1)
	for i, r := range conn.DoMulti(ctx, commands...) {
		err := r.Error()
		l.store.fits(keys[i], code(err) != "WRONGTYPE")
		if err != nil && code(err) != "WRONGTYPE" && !rueidis.IsRedisNil(err) {
			return false, explained(err) // the server may not have noted what to tell of
		}
		switch i {
		case 0:
		case 1, 2:
			if members, err := r.AsZScores(); err == nil && len(members) > 0 {
				next = min(next, members[0].Score)
			}
		default:
			n, _ := r.AsInt64()
			some = some || n > 0
		}
	}
	some = some || next < l.first
	l.first = next
	return some, nil
}
