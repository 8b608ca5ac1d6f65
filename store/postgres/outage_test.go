package postgres

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store"
)

// ends of a server, each of which closes all connections.
var serverEnds = map[string]func(*testing.T, *pgtest.Server){
	"restart": func(t *testing.T, s *pgtest.Server) {
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	},
	"crash": func(t *testing.T, s *pgtest.Server) {
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	},
}

// TestTheFirstCallAfterTheServerCameBackWorks: connections that it closed meanwhile
// are no error of it.
func TestTheFirstCallAfterTheServerCameBackWorks(t *testing.T) {
	for name, end := range serverEnds {
		t.Run(name, func(t *testing.T) {
			server := pgtest.Own(t, pgtest.Options{})
			s, err := Open(t.Context(), server.DSN("postgres"), Options{MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			beat(t, s, "w", 1)
			all := claimMany(t, s, 3)
			fill(t, s.pool, 4)
			fill(t, s.app, 4)
			end(t, server)
			mustBegin(t, s).Rollback(t.Context())
			addNamed(t, s, "after")
			if got := whats(settle(t, s, "w", 1, outcomes(all, store.Finish)...)); got != "applied applied applied" {
				t.Errorf("settled: %s", got)
			}
			the(t, s, "after")
		})
	}
}

// fill makes a pool have so many idle connections.
func fill(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	var all []*pgxpool.Conn
	for range n {
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, conn)
	}
	for _, conn := range all {
		conn.Release()
	}
}

func claimMany(t *testing.T, s *Store, n int) []store.Record {
	t.Helper()
	add(t, s, n)
	all := claim(t, s, "w", n)
	if len(all) != n {
		t.Fatalf("claimed %d, want %d", len(all), n)
	}
	return all
}

// TestWhatWasAcknowledgedIsDoneOnceThoughTheServerEndsInBetween has producers and
// workers that go on through restarts and crashes, and make a call that failed again.
func TestWhatWasAcknowledgedIsDoneOnceThoughTheServerEndsInBetween(t *testing.T) {
	for name, end := range serverEnds {
		t.Run(name, func(t *testing.T) {
			server := pgtest.Own(t, pgtest.Options{})
			s, err := Open(t.Context(), server.DSN("postgres"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			through(t, s, 3, func() { end(t, server) })
		})
	}
}

// through has producers and workers who go on while something ends the server several
// times, and asserts that each job that was acknowledged is done, and once.
func through(t *testing.T, s *Store, times int, end func()) {
	t.Helper()
	o := &outage{t: t, s: s, sent: map[string]bool{}, done: map[string]int{}}
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { o.produce(i) })
		wg.Go(func() { o.work(fmt.Sprintf("w%d", i)) })
	}
	for range times {
		o.until(10)
		end()
	}
	o.until(10)
	o.stop.Store(true)
	wg.Wait()
	if len(o.sent) != len(o.done) {
		t.Errorf("%d jobs were acknowledged, %d were done", len(o.sent), len(o.done))
	}
	for id, n := range o.done {
		if n != 1 || !o.sent[id] {
			t.Errorf("%s was done %d times; acknowledged %v", id, n, o.sent[id])
		}
	}
	the(t, s)
	t.Logf("%d jobs, %d calls failed", len(o.done), o.failed.Load())
	if o.failed.Load() == 0 {
		t.Error("no call failed: the test tests nothing")
	}
}

// An outage is producers and workers through several ends of a server.
type outage struct {
	t      *testing.T
	s      *Store
	stop   atomic.Bool
	failed atomic.Int64

	mu   sync.Mutex // owns what follows
	sent map[string]bool
	done map[string]int
}

// until waits until so many more jobs are done.
func (o *outage) until(more int) {
	count := func() int {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.done)
	}
	from := count()
	eventually(o.t, "are more jobs done", func() bool { return count() >= from+more })
}

// try makes a call until it succeeds.
func (o *outage) try(call func(context.Context) error) bool {
	for deadline := time.Now().Add(time.Minute); ; loop.Rest(o.t.Context(), 5*time.Millisecond) {
		ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Second)
		err := call(ctx)
		cancel()
		if err == nil {
			return true
		}
		o.failed.Add(1)
		if time.Now().After(deadline) {
			o.t.Errorf("still after a minute: %v", err)
			return false
		}
	}
}

func (o *outage) produce(i int) {
	for n := 0; !o.stop.Load(); n++ {
		id := fmt.Sprintf("%d-%d", i, n)
		if !o.try(func(ctx context.Context) error { return second(o.s.Enqueue(ctx, []store.Job{{ID: id, Kind: "k"}})) }) {
			return
		}
		o.mu.Lock()
		o.sent[id] = true
		o.mu.Unlock()
	}
}

// work goes on until the producers have ended and nothing is left, also not what was
// claimed by calls without an answer.
func (o *outage) work(name string) {
	var n uint64
	for idle := 0; !o.stop.Load() || idle < 4; idle++ {
		n++
		o.try(func(ctx context.Context) error {
			n++ // a beat is made anew
			return second(o.s.Beat(ctx, store.BeatRequest{Worker: store.Worker{Name: name, Beat: n}}))
		})
		var r store.ClaimReply
		o.try(func(ctx context.Context) (err error) {
			r, err = o.s.Claim(ctx, request(name, 5))
			return err
		})
		if len(r.Jobs) == 0 {
			continue
		}
		idle = 0
		req := store.SettleRequest{Worker: name, Batch: n, Outcomes: outcomes(r.Jobs, store.Finish)}
		var reply store.SettleReply
		if !o.try(func(ctx context.Context) (err error) {
			reply, err = o.s.Settle(ctx, req)
			return err
		}) {
			return
		}
		o.mu.Lock()
		for i, result := range reply.Results {
			if result.What != store.Applied && result.What != store.Already {
				o.t.Errorf("%s: %s", r.Jobs[i].ID, result.What)
			}
			o.done[r.Jobs[i].ID]++
		}
		o.mu.Unlock()
	}
}

// TestWhatWasAcknowledgedIsDoneOnceThoughTheServerFailsOver to another address, and its
// old one becomes a replica's, which only reads.
func TestWhatWasAcknowledgedIsDoneOnceThoughTheServerFailsOver(t *testing.T) {
	a := pgtest.Own(t, pgtest.Options{})
	b := a.Replica(t)
	s, err := Open(t.Context(), both(t, a, b)+"&target_session_attrs=read-write", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	through(t, s, 1, func() {
		if err := a.HandOver(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	})
	// Nobody wrote at the old address, which has what was written at the new one.
	addNamed(t, s, "last")
	count := func(server *pgtest.Server) (n int) {
		if err := connect(t, server.DSN("postgres")).QueryRow(t.Context(), "SELECT count(*) FROM tasuki.jobs WHERE id = 'last'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if count(b) != 1 {
		t.Error("the last job is not where it was written")
	}
	eventually(t, "has the replica the last job", func() bool { return count(a) == 1 })
}

// TestConnectionsMoveToTheHostThatWrites when the other becomes one that only reads.
func TestConnectionsMoveToTheHostThatWrites(t *testing.T) {
	a, b := pgtest.Own(t, pgtest.Options{}), pgtest.Own(t, pgtest.Options{})
	for _, server := range []*pgtest.Server{a, b} {
		if _, err := Migrate(t.Context(), server.DSN("postgres"), MigrateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), both(t, a, b)+"&target_session_attrs=read-write", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	addNamed(t, s, "first")
	for _, sql := range []string{"ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"} {
		if err := a.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "is a job enqueued on the other", func() bool {
		_, err := s.Enqueue(t.Context(), []store.Job{{ID: "second", Kind: "k"}})
		if err != nil {
			hinted(t, err, "only reads")
			return false
		}
		at := states(t, s) // a setting comes to each session by itself: the first ones may still write
		return at["first"] == "" && at["second"] != ""
	})
	the(t, s, "second")
}

// TestConnectionsMoveToTheHostThatLives when the other ends.
func TestConnectionsMoveToTheHostThatLives(t *testing.T) {
	a, b := pgtest.Own(t, pgtest.Options{}), pgtest.Own(t, pgtest.Options{})
	if _, err := Migrate(t.Context(), b.DSN("postgres"), MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), both(t, a, b), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	addNamed(t, s, "first")
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	addNamed(t, s, "second")
	the(t, s, "second")
}

// both is the address of two servers.
func both(t *testing.T, a, b *pgtest.Server) string {
	t.Helper()
	first, err := url.Parse(a.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := url.Parse(b.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(first.String(), first.Host, first.Host+","+second.Host, 1)
}

// TestAServerWithoutRoomForAConnectionIsNamedAndUsedOnceThereIsSome.
func TestAServerWithoutRoomForAConnectionIsNamedAndUsedOnceThereIsSome(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{Settings: map[string]string{"max_connections": "8", "superuser_reserved_connections": "3", "max_wal_senders": "0"}})
	if _, err := Migrate(t.Context(), server.DSN("postgres"), MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "CREATE ROLE guest LOGIN; "+grantUse("tasuki", "guest")); err != nil {
		t.Fatal(err)
	}
	dsn := as(t, server.DSN("postgres"), "guest")
	s, err := Open(t.Context(), dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var others []*pgx.Conn
	eventually(t, "is all room used by others", func() bool {
		s.reset()
		for conn, err := pgx.Connect(t.Context(), dsn); err == nil; conn, err = pgx.Connect(t.Context(), dsn) {
			others = append(others, conn)
		}
		_, err = s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
		return err != nil
	})
	hinted(t, err, "enqueue: ", "max_connections")
	refused(t, dsn, Options{}, "max_connections")
	for _, conn := range others {
		conn.Close(t.Context())
	}
	eventually(t, "is there room", func() bool {
		_, err := s.Enqueue(t.Context(), []store.Job{{ID: "a", Kind: "k"}})
		return err == nil
	})
	the(t, s, "a")
}

// TestAServerThatStandsStillHoldsUpACallNoLongerThanItsContext.
func TestAServerThatStandsStillHoldsUpACallNoLongerThanItsContext(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{})
	s, err := Open(t.Context(), server.DSN("postgres"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	beat(t, s, "w", 1)
	held := claimMany(t, s, 2)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	req := store.SettleRequest{Worker: "w", Batch: 1, Outcomes: outcomes(held, store.Finish)}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := s.Settle(ctx, req); err == nil {
		t.Error("a server that stands still answered")
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if got := whats(settle(t, s, "w", 1, req.Outcomes...)); got != "applied applied" && got != "already already" {
		t.Errorf("settled: %s", got)
	}
}
