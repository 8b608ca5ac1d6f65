package redis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/byhand"
	"github.com/tasuki-jobs/tasuki/store/redis"
)

// numbered are the jobs of these tests; long ones run until the test lets them end.
var (
	numbered = tasuki.NewKind[int]("numbered")
	long     = tasuki.NewKind[int]("long")
)

// A crew is workers and producers that go on through whatever becomes of the server, and a
// ledger of what was acknowledged and what ran.
type crew struct {
	t      testing.TB
	log    journal
	stores []*redis.Store
	stop   atomic.Bool
	failed atomic.Int64  // calls of producers
	gate   chan struct{} // closed when long jobs may end
	wg     sync.WaitGroup

	mu   sync.Mutex // owns what follows
	sent map[int]bool
	ran  map[int]int
}

// muster starts two workers with stores of their own, and a producer for each.
func muster(t *testing.T, address string) *crew {
	t.Helper()
	c := idle(t, address)
	for i, s := range c.stores {
		c.wg.Go(func() { c.produce(s, i*1_000_000) })
	}
	return c
}

// idle starts two workers with stores of their own.
func idle(t *testing.T, address string) *crew {
	t.Helper()
	c := &crew{t: t, gate: make(chan struct{}), sent: map[int]bool{}, ran: map[int]int{}}
	for range 2 {
		s := opened(t, address, redis.Options{Logger: c.log.logger()})
		c.stores = append(c.stores, s)
		c.employ(s)
	}
	return c
}

// employ runs a worker until the test ends.
func (c *crew) employ(s *redis.Store) {
	c.t.Helper()
	w, err := tasuki.New(s, tasuki.Config{Handlers: []tasuki.Handler{numbered.Do(c.run), long.Do(c.last)}, Logger: c.log.logger(),
		Beat: 100 * time.Millisecond, Poll: 50 * time.Millisecond, Slots: 5, Timeout: 5 * time.Second})
	if err == nil {
		err = w.Start(c.t.Context())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { w.Stop(context.Background()) })
}

func (c *crew) run(_ context.Context, n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ran[n]++
	return nil
}

// last is a job that lasts through all troubles.
func (c *crew) last(ctx context.Context, n int) error {
	c.run(ctx, n)
	select {
	case <-c.gate:
	case <-ctx.Done():
		c.t.Errorf("a job was cancelled: %v", context.Cause(ctx))
	}
	return nil
}

// begin enqueues a long job and waits until it runs.
func (c *crew) begin(n int) {
	c.t.Helper()
	if _, err := c.stores[0].Enqueue(c.t.Context(), []store.Job{long.Job(n)}); err != nil {
		c.t.Fatal(err)
	}
	byhand.Eventually(c.t, "does the long job run", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent[n] = true
		return c.ran[n] == 1
	})
}

// produce enqueues a job after the other, each again and again until it is acknowledged.
func (c *crew) produce(s *redis.Store, n int) {
	for ; !c.stop.Load(); n++ {
		c.enqueueBy(s, n)
		loop.Sleep(c.t.Context(), time.Millisecond)
	}
}

// enqueue enqueues a job, again and again until it is acknowledged.
func (c *crew) enqueue(n int) { c.enqueueBy(c.stores[0], n) }

func (c *crew) enqueueBy(s *redis.Store, n int) {
	job := numbered.Job(n)
	for again := false; ; again = true {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		_, err := s.Enqueue(ctx, []store.Job{job})
		cancel()
		if err == nil {
			break
		}
		if !again {
			c.failed.Add(1)
		}
		if !loop.Sleep(c.t.Context(), 5*time.Millisecond) {
			return
		}
	}
	c.mu.Lock()
	c.sent[n] = true
	c.mu.Unlock()
}

// more waits until so many more jobs ran.
func (c *crew) more(n int) {
	c.t.Helper()
	count := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.ran)
	}
	from := count()
	byhand.Eventually(c.t, fmt.Sprintf("do %d more jobs run", n), func() bool { return count() >= from+n })
}

// ends lets producers end, waits until all that was acknowledged ran and is settled, and
// answers how many jobs ran more than once.
func (c *crew) ends() (doubled int) {
	c.t.Helper()
	c.stop.Store(true)
	c.wg.Wait()
	close(c.gate)
	left := func() (n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for id := range c.sent {
			if c.ran[id] == 0 {
				n++
			}
		}
		return n
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); left() > 0 || c.holds() > 0; <-tick.C {
		if time.Now().After(deadline) {
			c.t.Errorf("of %d acknowledged jobs %d did not run; the store holds %d; the log:\n%s", len(c.sent), left(), c.holds(), c.tail())
			break
		}
	}
	for id, n := range c.ran {
		if n > 1 {
			doubled++
		}
		if !c.sent[id] {
			c.t.Errorf("job %d ran and was not sent", id)
		}
	}
	c.t.Logf("%d jobs, %d doubled, %d of them had to be sent again", len(c.ran), doubled, c.failed.Load())
	return doubled
}

// holds is how many jobs in the store have not come to their end. One that was released
// before it ran is kept as done, with its journal.
func (c *crew) holds() (n int) {
	stats, err := c.stores[0].Stats(c.t.Context())
	if err != nil {
		return -1
	}
	for _, q := range stats.Queues {
		for state, k := range q.Counts {
			if state != store.Done {
				n += k
			}
		}
	}
	return n
}

func (c *crew) tail() string {
	lines := strings.Split(c.log.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// toldOnce asserts that the log tells once of each outage, and that it is over.
func (c *crew) toldOnce(times int, mayBeQuiet bool) {
	c.t.Helper()
	for _, what := range []string{`msg="claim failed"`, `msg="beat failed"`, `msg="outcomes could not be written`} {
		if n := c.log.count(what); n > 2*times {
			c.t.Errorf("%s is in the log %d times, of two workers and %d outages:\n%s", what, n, times, c.log.String())
		}
	}
	if c.log.count("level=ERROR") == 0 && !mayBeQuiet {
		c.t.Error("the log tells of no outage")
	}
	byhand.Eventually(c.t, "is each outage told to be over", func() bool {
		return c.log.count("level=ERROR") == c.log.count("the store answers again")
	})
	if strings.Contains(c.log.String(), "another worker's") {
		c.t.Errorf("outcomes were dropped:\n%s", c.log.String())
	}
}

// A trouble is something that befalls a server; it answers when that is over.
type trouble func(context.Context, *redistest.Server) error

// does has a server execute commands, one after the other; nil: half a second passes.
func does(commands ...[]any) trouble {
	return func(ctx context.Context, s *redistest.Server) error {
		conn, err := (&redistest.DB{Server: s}).Connect(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		for _, c := range commands {
			if c == nil {
				loop.Sleep(ctx, time.Second/2)
			} else if _, err := conn.Exec(ctx, c...); err != nil {
				return fmt.Errorf("%v: %w", c, err)
			}
		}
		return nil
	}
}

var troubles = map[string]trouble{
	"restart": func(ctx context.Context, s *redistest.Server) error { return s.Restart(ctx) },
	"kill -9": func(ctx context.Context, s *redistest.Server) error {
		return errors.Join(s.Kill(), s.Restart(ctx))
	},
	"away for a second": func(ctx context.Context, s *redistest.Server) error {
		err := s.Kill()
		loop.Sleep(ctx, time.Second)
		return errors.Join(err, s.Restart(ctx))
	},
	"frozen for 3 s": func(ctx context.Context, s *redistest.Server) error {
		err := s.Freeze()
		loop.Sleep(ctx, 3*time.Second)
		return errors.Join(err, s.Thaw())
	},
	"reads its data for a while": func(ctx context.Context, s *redistest.Server) error {
		err := does([]any{"EVAL", "for i = 1, 5000 do redis.call('SET', 'filler' .. i, '') end", 0})(ctx, s)
		return errors.Join(err, s.Restart(ctx))
	},
	"all clients killed":         does([]any{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}),
	"scripts forgotten":          does([]any{"SCRIPT", "FLUSH"}),
	"a replica without master":   does([]any{"REPLICAOF", "127.0.0.1", "1"}, nil, []any{"REPLICAOF", "NO", "ONE"}),
	"a replica that is stale":    does([]any{"CONFIG", "SET", "replica-serve-stale-data", "no"}, []any{"REPLICAOF", "127.0.0.1", "1"}, nil, []any{"REPLICAOF", "NO", "ONE"}),
	"wants a replica":            does([]any{"CONFIG", "SET", "min-replicas-to-write", "1"}, nil, []any{"CONFIG", "SET", "min-replicas-to-write", "0"}),
	"lets in nobody for a while": does([]any{"CONFIG", "SET", "maxclients", "1"}, []any{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}, nil, []any{"CONFIG", "SET", "maxclients", "1000"}),
	"a script that does not end": busy,
}

// busy has a script hold up a server for a while.
func busy(ctx context.Context, s *redistest.Server) error {
	if err := does([]any{"CONFIG", "SET", "busy-reply-threshold", "50"})(ctx, s); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.Exec(ctx, "EVAL", "while true do end", 0)
		ended <- err
	}()
	loop.Sleep(ctx, time.Second)
	err := does([]any{"SCRIPT", "KILL"})(ctx, s)
	<-ended
	return err
}

// quiet are troubles that a worker may not even notice.
var quiet = []string{"scripts forgotten", "all clients killed"}

// TestWhatWasAcknowledgedRunsOnceThoughTheServerGoesAway, and each outage is told once.
func TestWhatWasAcknowledgedRunsOnceThoughTheServerGoesAway(t *testing.T) {
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait most of the time
			server := redistest.Own(t, redistest.Options{AOF: "everysec", Config: []string{"key-load-delay 200"}})
			c := muster(t, server.URL(0))
			const times = 2
			c.begin(-1)
			for range times {
				c.more(50)
				if err := trouble(t.Context(), server); err != nil {
					t.Fatal(err)
				}
			}
			c.more(50)
			if doubled := c.ends(); doubled > 0 {
				t.Errorf("%d jobs ran more than once", doubled)
			}
			c.toldOnce(times, slices.Contains(quiet, name))
		})
	}
}

// scriptOf is which script a command runs: by how many keys it is given.
func scriptOf(command []string) string {
	if len(command) < 4 || !slices.Contains([]string{"EVALSHA", "EVAL"}, strings.ToUpper(command[0])) {
		return ""
	}
	return map[string]string{"0": "enqueue", "2": "claim", "3": "apply", "6": "beat"}[command[2]]
}

// TestWhatWasAcknowledgedRunsOnceThoughConnectionsBreak in commands and in replies.
func TestWhatWasAcknowledgedRunsOnceThoughConnectionsBreak(t *testing.T) {
	server := redistest.Own(t, redistest.Options{})
	way := server.Proxy(t)
	c := muster(t, way.URL(0))
	c.begin(-1)
	for _, reply := range []bool{true, false} {
		for _, bytes := range []int{0, 1, redistest.Half, redistest.All} {
			for _, script := range []string{"enqueue", "claim", "apply", "beat"} {
				f := way.Cut(redistest.Cut{Reply: reply, Bytes: bytes, At: func(command []string) bool { return scriptOf(command) == script }})
				select {
				case <-f.Met():
				case <-time.After(20 * time.Second):
					t.Fatalf("no command of %s in 20 s", script)
				}
				c.more(3)
			}
		}
	}
	if doubled := c.ends(); doubled > 0 {
		t.Errorf("%d jobs ran more than once", doubled)
	}
	if strings.Contains(c.log.String(), "another worker's") {
		t.Errorf("outcomes were dropped:\n%s", c.log.String())
	}
}

// TestAListenerHearsOfEachJobAgainOnceTheServerIsBack: nobody polls here.
func TestAListenerHearsOfEachJobAgainOnceTheServerIsBack(t *testing.T) {
	for _, name := range []string{"restart", "frozen for 3 s", "reads its data for a while", "a replica that is stale", "lets in nobody for a while"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Own(t, redistest.Options{AOF: "everysec", Config: []string{"key-load-delay 200"}})
			s, woken := opened(t, server.URL(0), redis.Options{}), make(chan struct{}, 1)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- s.Listen(ctx, []string{"default"}, func() {
					select {
					case woken <- struct{}{}:
					default:
					}
				})
			}()
			<-woken
			if err := troubles[name](t.Context(), server); err != nil {
				t.Fatal(err)
			}
			// The first may be heard of because listening begins anew.
			for heard := 0; heard < 3; {
				redistest.Ask[int64](t, &redistest.DB{Server: server}, "LPUSH", "queue:default", "{}")
				select {
				case <-woken:
					heard++
				case err := <-ended:
					t.Fatalf("listening ended: %v", err)
				case <-time.After(15 * time.Second):
					t.Fatalf("a job was not heard of after %d that were", heard)
				}
				for quiet := false; !quiet; {
					select {
					case <-woken:
					case <-time.After(100 * time.Millisecond):
						quiet = true
					}
				}
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAnIdleWorkerSendsFewerThanTwoCommandsASecond with the default settings.
func TestAnIdleWorkerSendsFewerThanTwoCommandsASecond(t *testing.T) {
	t.Parallel()
	server := redistest.Own(t, redistest.Options{})
	w, err := tasuki.New(opened(t, server.URL(0), redis.Options{}), tasuki.Config{Handlers: []tasuki.Handler{numbered.Do(func(context.Context, int) error { return nil })}})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(context.Background())
	loop.Sleep(t.Context(), time.Second)
	m := server.Monitor(t)
	const long = 12 * time.Second
	loop.Sleep(t.Context(), long)
	all, err := m.Commands(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]int{}
	n := 0
	for _, c := range all {
		if c.From != "lua" {
			sent[strings.ToUpper(c.Args[0])]++
			n++
		}
	}
	if perSecond := float64(n) / long.Seconds(); perSecond >= 2 || n < 5 {
		t.Errorf("%.1f commands a second: %v", perSecond, sent)
	} else {
		t.Logf("%.1f commands a second: %v", perSecond, sent)
	}
}
