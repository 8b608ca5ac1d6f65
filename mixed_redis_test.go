package tasuki_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestSoakOfRubyAndGo… lets workers of both work on one queue, and programs of both
// enqueue, while workers and server are stopped, killed and frozen at random; then it
// looks for what was lost or done twice. It takes half a minute with fast beats, or half an
// hour with those of production and TASUKI_TEST_SOAK (./test --soak); a TASUKI_TEST_SOAK
// such as 5m says how long.
//
// The server writes its AOF at every command (always) or every second, as the seed wants.
// Shut down it has all of it on disk either way. What it answered it has written, so that
// a kill takes nothing either; but where the disk is slow everysec lets a second of it
// wait, so there the server is not killed.
func TestSoakOfRubyAndGoOnOneRedisNamesACauseForEachRunTooManyAndEachJobLost(t *testing.T) {
	t.Parallel()
	m := mixed{length: 14 * time.Second, beat: 500 * time.Millisecond, short: 400 * time.Millisecond, long: 4 * time.Second, pause: 1500 * time.Millisecond}
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		m = mixed{length: 30 * time.Minute, beat: 3 * time.Second, short: 8 * time.Second, long: 30 * time.Second, pause: 15 * time.Second}
		if d, err := time.ParseDuration(os.Getenv("TASUKI_TEST_SOAK")); err == nil {
			m.length = d
		}
	}
	seed := uint64(time.Now().UnixNano())
	if said, err := strconv.ParseUint(os.Getenv("TASUKI_TEST_SEED"), 10, 64); err == nil {
		seed = said
	}
	t.Logf("TASUKI_TEST_SEED=%d does the same again, as far as time lets it", seed)
	m.run(t, rand.New(rand.NewPCG(seed, 0)))
}

// A mixed fleet, and what happens to it.
type mixed struct {
	length      time.Duration
	beat        time.Duration
	short, long time.Duration // freezes that must change nothing, and that cost the claims
	pause       time.Duration // between two blows to one worker, at most

	*redisYard
	ctx    context.Context // ends when nothing more shall happen
	blows  blows
	wg     sync.WaitGroup
	calm   sync.RWMutex // read: a process starts; written: the server is away
	always bool         // the AOF is written at every command

	orders  []*order             // owned by mu
	gophers []*process           // by place
	rubies  []*redistest.Sidekiq // by place
}

const (
	goWorkers   = 3
	rubyWorkers = 2
	rubyThreads = 3
)

func (m *mixed) run(t *testing.T, chance *rand.Rand) {
	m.always = chance.IntN(2) == 0
	m.redisYard = redisAt(t, redistest.Options{AOF: map[bool]string{true: "always", false: "everysec"}[m.always]})
	m.gophers, m.rubies = make([]*process, goWorkers), make([]*redistest.Sidekiq, rubyWorkers)
	for i := range m.gophers {
		m.gophers[i] = m.goWorker(i)
	}
	for i := range m.rubies {
		m.rubies[i] = m.rubyWorker()
	}
	ctx, end := context.WithTimeout(t.Context(), m.length)
	defer end()
	m.ctx = ctx
	fate := func(suffer func(*rand.Rand)) {
		own := rand.New(rand.NewPCG(chance.Uint64(), chance.Uint64()))
		m.wg.Go(func() { suffer(own) })
	}
	for i := range m.gophers {
		fate(func(chance *rand.Rand) { m.sufferGo(i, chance) })
	}
	for i := range m.rubies {
		fate(func(chance *rand.Rand) { m.sufferRuby(i, chance) })
	}
	fate(m.sufferServer)
	fate(m.produceInGo)
	client := m.rubyProducer()
	fate(func(chance *rand.Rand) { m.produceInRuby(client, chance) })
	m.wg.Wait()
	if !t.Failed() {
		m.settle()
		newAudit(t, &m.blows, m.orders, m.book.read(t)).judge()
	}
}

// rest waits for up to d; false: nothing more shall happen.
func (m *mixed) rest(chance *rand.Rand, d time.Duration) bool {
	select {
	case <-time.After(time.Duration(chance.Int64N(int64(d)))):
		return m.ctx.Err() == nil
	case <-m.ctx.Done():
		return false
	}
}

// goWorker starts one. One of them is in a namespace of its own, where no other worker
// sees that its process is gone, in the long run.
func (m *mixed) goWorker(place int) *process {
	m.calm.RLock()
	defer m.calm.RUnlock()
	wrapper := []string{"env", childBeat + "=" + m.beat.String()}
	if place == 0 && m.long > 10*time.Second && os.Getuid() == 0 {
		wrapper = append(unshared(m.t), wrapper...)
	}
	return m.worker(wrapper, "-t", "6", "-c", "4")
}

func (m *mixed) rubyWorker() *redistest.Sidekiq {
	m.calm.RLock()
	defer m.calm.RUnlock()
	return m.ruby("-c", "3", "-t", "6").Sidekiq(m.t)
}

// sufferGo does one bad thing after another to the worker of a place.
func (m *mixed) sufferGo(place int, chance *rand.Rand) {
	for m.rest(chance, m.pause) {
		p := m.gophers[place]
		switch chance.IntN(9) {
		case 0, 1, 2:
			m.stopGo(p)
		case 3, 4:
			m.blows.strike(p.name, wasKilled, p.kill)
		case 5:
			m.blows.strike(p.name, wasKilled, func() {
				p.signal(syscall.SIGTERM)
				<-time.After(time.Duration(chance.IntN(20)) * time.Millisecond)
				p.kill()
			})
		case 6:
			m.blows.strike(p.name, shortFreeze, func() { p.freeze(m.short) })
		case 7:
			m.blows.strike(p.name, longFreeze, func() { p.freeze(m.long) })
		}
		if p.over() {
			m.gophers[place] = m.goWorker(place)
		}
	}
}

// stopGo is a deploy.
func (m *mixed) stopGo(p *process) {
	code := 0
	b := m.blows.strike(p.name, wasStopped, func() {
		p.signal(syscall.SIGTERM)
		_, code = p.exit()
	})
	switch {
	case code == 75 && m.blows.away(b.from, b.to):
		b.what = unrecordedStop
	case code != 0:
		m.t.Errorf("%s exited with %d after a SIGTERM; its log:\n%s", p.name, code, p.log)
	}
}

func (m *mixed) sufferRuby(place int, chance *rand.Rand) {
	for m.rest(chance, 4*m.pause) {
		s := m.rubies[place]
		if chance.IntN(4) == 0 {
			b := m.blows.strike(rubyName(s), wasKilled, func() { s.Kill() })
			b.lossy = rubyThreads + 1
		} else {
			m.stopRuby(s)
		}
		if err := s.Stop(); err != nil {
			m.t.Error(err)
		}
		m.rubies[place] = m.rubyWorker()
	}
}

func (m *mixed) stopRuby(s *redistest.Sidekiq) {
	m.blows.strike(rubyName(s), wasStopped, func() {
		s.Signal(syscall.SIGTERM)
		if code, err := s.Wait(m.t.Context()); err != nil || code != 0 {
			m.t.Errorf("Sidekiq exited with %d, %v; its log:\n%s", code, err, s.Log())
		}
	})
}

func (m *mixed) sufferServer(chance *rand.Rand) {
	for m.rest(chance, 5*m.pause) {
		m.calm.Lock()
		what, end := wasRestarted, func() error { return nil }
		if m.always && chance.IntN(2) == 0 {
			what, end = hasCrashed, m.db.Server.Kill
		}
		b := m.blows.strike(redisServer, what, func() {
			if err := end(); err != nil {
				m.t.Error(err)
			}
			if err := m.db.Server.Restart(m.t.Context()); err != nil {
				m.t.Error(err)
			}
		})
		b.lossy = rubyWorkers * (rubyThreads + 1)
		m.calm.Unlock()
	}
}

// settle lets all come to an end: first without Ruby's workers, of whose jobs the store
// knows nothing, then without any.
func (m *mixed) settle() {
	m.awaitIdle()
	for _, s := range m.rubies {
		m.stopRuby(s)
	}
	m.awaitIdle()
	for _, p := range m.gophers {
		m.stopGo(p)
	}
	m.wantNothingLeft()
}

// awaitIdle waits until no job waits or runs in a worker of Go's. A job that was in the
// hands of three workers when they died looks like poison: a person looks, and sends it
// on.
func (m *mixed) awaitIdle() {
	defer func() {
		if m.t.Failed() {
			m.sayWhatIsLeft()
		}
	}()
	eventually(m.t, "no job waits or runs", func() bool {
		n, err := m.Move(m.t.Context(), store.MoveRequest{Filter: store.Filter{States: []store.State{store.Dead}}, To: store.Ready})
		if n > 0 {
			m.t.Logf("%d jobs were taken for poison and sent on", n)
		}
		return err == nil && n == 0 && m.unfinished() == 0
	})
}

// unfinished counts jobs that wait or run; 1: the server does not say.
func (m *mixed) unfinished() (n int) {
	stats, err := m.Stats(context.Background())
	if err != nil {
		return 1
	}
	for _, q := range stats.Queues {
		n += q.Counts[store.Ready] + q.Counts[store.Running] + q.Counts[store.Scheduled] + q.Counts[store.Retry]
	}
	return n
}

// sayWhatIsLeft shows the jobs that did not end, and what the workers say.
func (m *mixed) sayWhatIsLeft() {
	left := store.Filter{States: []store.State{store.Ready, store.Running, store.Scheduled, store.Retry, store.Dead}}
	page, err := m.List(context.Background(), store.ListRequest{Filter: left, Limit: 100})
	m.t.Logf("%d jobs are left, %v", len(page.Jobs), err)
	for _, r := range page.Jobs {
		m.t.Logf("%s %s in queue %s is %s, %s: %d attempts, %d releases, %d deaths", r.Kind, r.ID, r.Queue, r.State, r.Worker, r.Attempts, r.Releases, r.Deaths)
	}
	for _, p := range m.gophers {
		m.t.Logf("the log of %s, which has ended: %v:\n%s", p.name, p.over(), p.log)
	}
}
