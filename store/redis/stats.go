package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

var runningScript = load("running")

// Stats counts jobs; see [store.Inspector]. What waits in Sidekiq's sorted sets is
// counted under the empty name if it is much, for they do not say how many are of which
// queue.
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	c := counting{store: s, queues: map[string]*store.QueueStats{}}
	if err := c.run(ctx); err != nil {
		return store.Stats{}, fmt.Errorf("stats: %w", err)
	}
	return c.stats, nil
}

// counting is one Stats under way.
type counting struct {
	store  *Store
	now    time.Time
	queues map[string]*store.QueueStats
	stats  store.Stats
}

func (c *counting) run(ctx context.Context) (err error) {
	if c.now, err = c.store.now(ctx); err != nil {
		return err
	}
	names, err := c.store.queues(ctx)
	if err != nil {
		return err
	}
	for _, count := range []func(context.Context) error{
		func(ctx context.Context) error { return c.lists(ctx, names) }, c.sets, c.running, c.counters, c.paused,
	} {
		if err := count(ctx); err != nil {
			return err
		}
	}
	for _, q := range c.queues {
		if len(q.Counts) > 0 || q.Paused {
			c.stats.Queues = append(c.stats.Queues, *q)
		}
	}
	slices.SortFunc(c.stats.Queues, func(a, b store.QueueStats) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

func (c *counting) add(queue string, state store.State, n int64) {
	q := c.queue(queue)
	if n > 0 {
		q.Counts[state] += int(n)
	}
}

func (c *counting) queue(name string) *store.QueueStats {
	q := c.queues[name]
	if q == nil {
		q = &store.QueueStats{Name: name, Counts: map[store.State]int{}}
		c.queues[name] = q
	}
	return q
}

// lists counts what is ready, and since when.
func (c *counting) lists(ctx context.Context, names []string) error {
	b := c.store.client.B
	var commands rueidis.Commands
	for _, name := range names {
		for _, key := range []string{queueKey(name), c.store.keys.suspects(name)} {
			commands = append(commands, b().Llen().Key(key).Build(), b().Lindex().Key(key).Index(-1).Build())
		}
	}
	if len(commands) == 0 {
		return nil
	}
	for i, pair := range slices.Collect(slices.Chunk(c.store.client.DoMulti(ctx, commands...), 2)) {
		n, err := pair[0].AsInt64()
		if err := skipWrong(err); err != nil {
			return err
		}
		name := names[i/2]
		c.add(name, store.Ready, n)
		if text, err := pair[1].ToString(); err == nil {
			if j, err := readJob(text); err == nil && !j.due().IsZero() {
				q := c.queue(name)
				q.Latency = max(q.Latency, c.now.Sub(j.due()))
			}
		}
	}
	return nil
}

// fewInSet is how many jobs of a sorted set are counted one by one.
const fewInSet = 1000

// sets counts what waits in sorted sets.
func (c *counting) sets(ctx context.Context) error {
	k := c.store.keys
	for _, p := range []place{{state: store.Scheduled, key: scheduleKey}, {state: store.Retry, key: retryKey}, {state: store.Dead, key: deadKey},
		{state: store.Done, key: k.done()}, {state: store.Cancelled, key: k.cancelled()}} {
		jobs, _, all, err := c.store.page(ctx, &p, spot{}, fewInSet)
		if err != nil {
			return err
		}
		if !all {
			if err := c.set(ctx, &p); err != nil {
				return err
			}
			continue
		}
		for i := range jobs {
			f := &jobs[i]
			state := f.state(c.now)
			c.add(queueName(f), state, 1)
			if state == store.Ready {
				q := c.queue(queueName(f))
				q.Latency = max(q.Latency, c.now.Sub(f.at()))
			}
		}
	}
	return nil
}

// set counts what waits in a big one.
func (c *counting) set(ctx context.Context, p *place) error {
	b := c.store.client.B
	now := strconv.FormatFloat(float64(c.now.UnixMicro())/1e6, 'f', 6, 64)
	replies := c.store.client.DoMulti(ctx, b().Zcard().Key(p.key).Build(), b().Zcount().Key(p.key).Min("-inf").Max(now).Build())
	all, err := replies[0].AsInt64()
	if err := skipWrong(err); err != nil {
		return err
	}
	due, _ := replies[1].AsInt64()
	if !p.becomesReady() {
		due = 0
	}
	c.add("", p.state, all-due)
	c.add("", store.Ready, due)
	return nil
}

// running counts claims.
func (c *counting) running(ctx context.Context) error {
	msg, err := c.store.run(ctx, runningScript, []string{c.store.keys.workers()}, []string{string(c.store.keys)})
	if err != nil {
		return err
	}
	words, err := msg.AsStrSlice()
	for pair := range slices.Chunk(words, 2) {
		n, _ := strconv.ParseInt(pair[1], 10, 64)
		c.add(pair[0], store.Running, n)
	}
	return err
}

// counters reads Sidekiq's.
func (c *counting) counters(ctx context.Context) error {
	b := c.store.client.B
	replies := c.store.client.DoMulti(ctx, b().Get().Key("stat:processed").Build(), b().Get().Key("stat:failed").Build())
	for i, to := range []*int64{&c.stats.Done, &c.stats.Failed} {
		n, err := replies[i].AsInt64()
		if err != nil && !rueidis.IsRedisNil(err) {
			return explained(err)
		}
		*to = n
	}
	c.stats.Done = max(0, c.stats.Done-c.stats.Failed)
	return nil
}

func (c *counting) paused(ctx context.Context) error {
	names, err := c.store.client.Do(ctx, c.store.client.B().Smembers().Key(pausedKey).Build()).AsStrSlice()
	for _, name := range names {
		c.queue(name).Paused = true
	}
	return skipWrong(err)
}
