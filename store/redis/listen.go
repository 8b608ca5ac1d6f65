package redis

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/redis/rueidis"

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
			return fmt.Errorf("listen: %w: %w (hint: the user needs CLIENT TRACKING and a server of version 6 or newer without a proxy in between)", store.ErrUnsupported, err)
		case l.works:
			pause = againSoon
		}
		if !rest(ctx, pause) {
			return nil
		}
	}
}

// rest waits; false: ctx ended.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// listening is one connection that listens; the goroutine of Listen owns it.
type listening struct {
	store   *Store
	queues  []string
	wake    func()
	changed chan struct{} // what was looked at is not as it was; room for one
	first   float64       // when the next of the sorted sets becomes due, as last seen
	refused bool          // by the server
	works   bool
}

// run listens until the connection breaks.
func (l *listening) run(ctx context.Context) error {
	conn, release := l.store.client.Dedicate()
	defer release()
	broken := conn.SetOnInvalidations(func([]rueidis.RedisMessage) {
		select {
		case l.changed <- struct{}{}:
		default:
		}
	})
	tracking := conn.B().ClientTracking().On().Build()
	if err := conn.Do(ctx, tracking).Error(); err != nil {
		l.refused = code(err) != "" && !passing(err)
		return explained(err)
	}
	if _, err := l.look(ctx, conn); err != nil {
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
		l.wake()
		if !rest(ctx, armPace) {
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

// look reads what shall be told of, which the server forgets when it tells. It says
// whether there is something to claim.
func (l *listening) look(ctx context.Context, conn rueidis.DedicatedClient) (some bool, err error) {
	b := conn.B
	commands := rueidis.Commands{
		b().Scard().Key(pausedKey).Build(),
		b().Zrange().Key(scheduleKey).Min("0").Max("0").Withscores().Build(),
		b().Zrange().Key(retryKey).Min("0").Max("0").Withscores().Build(),
	}
	for _, q := range l.queues {
		commands = append(commands, b().Llen().Key(queueKey(q)).Build(), b().Llen().Key(l.store.keys.suspects(q)).Build())
	}
	next := math.Inf(1)
	for i, r := range conn.DoMulti(ctx, commands...) {
		if err := r.Error(); err != nil && code(err) == "" && !rueidis.IsRedisNil(err) {
			return false, explained(err)
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
