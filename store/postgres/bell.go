package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

var (
	notifySQL = named("notify")
	xactsSQL  = named("xacts")
)

const (
	// bellPace is how far apart notifications are at least: one in each enqueue's own
	// transaction would make all commits wait for one another.
	bellPace = 2 * time.Millisecond
	// A user's transaction is asked after with growing pauses whether it has ended.
	askSoon = 2 * time.Millisecond
	askLate = 100 * time.Millisecond
	// askLong is when that is given up; what polls finds the jobs.
	askLong = time.Minute
	// bellPatience bounds one notification.
	bellPatience = 5 * time.Second
)

// A bell tells all who listen, in every process, that there may be work in some
// queues; who listens through the same store is told directly. It is rung outside of the transactions that bring the work, and behind
// their end. What it cannot say is left to those who poll.
type bell struct {
	store  *Store
	wake   chan struct{}      // has room for one
	quit   context.CancelFunc // ends it behind what is being said
	cancel context.CancelFunc // at once
	ended  chan struct{}

	mu     sync.Mutex // owns what follows
	queues map[string]bool
	xacts  map[string]*xact // by number
}

// A xact is a user's transaction that brings work if it commits.
type xact struct {
	queues []string
	since  time.Time
}

func newBell(s *Store) *bell {
	ctx, cancel := context.WithCancel(context.Background())
	goes, quit := context.WithCancel(ctx)
	b := &bell{store: s, wake: make(chan struct{}, 1), quit: quit, cancel: cancel, ended: make(chan struct{}),
		queues: map[string]bool{}, xacts: map[string]*xact{}}
	go b.run(goes, ctx)
	return b
}

// lastWords bounds how long a bell that is closed takes to say what it has not yet.
const lastWords = 200 * time.Millisecond

// close ends the bell. What it cannot say any more is left to those who poll.
func (b *bell) close() {
	b.quit()
	patience := time.AfterFunc(lastWords, b.cancel)
	defer patience.Stop()
	<-b.ended
	b.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	b.ask(ctx)
	b.say(ctx)
}

// ring says that there may be work in these queues.
func (b *bell) ring(queues ...string) {
	if len(queues) == 0 {
		return
	}
	b.mu.Lock()
	for _, q := range queues {
		b.queues[q] = true
	}
	b.mu.Unlock()
	b.store.ears.tell(queues...)
	b.poke()
}

// await rings once a transaction has ended.
func (b *bell) await(number string, queues []string) {
	b.mu.Lock()
	if x := b.xacts[number]; x != nil {
		x.queues = append(x.queues, queues...)
	} else {
		b.xacts[number] = &xact{queues: slices.Clone(queues), since: time.Now()}
	}
	b.mu.Unlock()
	b.poke()
}

func (b *bell) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run is the bell's goroutine: until goes ends. Its calls have ctx.
func (b *bell) run(goes, ctx context.Context) {
	defer close(b.ended)
	for {
		select {
		case <-goes.Done():
			return
		case <-b.wake:
		}
		for pause := time.Duration(0); ; {
			b.ask(ctx)
			b.say(ctx)
			if pause = b.pause(); pause == 0 {
				break
			}
			if !loop.Rest(goes, pause) {
				return
			}
		}
		if !loop.Rest(goes, bellPace) {
			return
		}
	}
}

// pause is how long to wait before transactions are asked after again; 0: there are
// none.
func (b *bell) pause() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	pause := time.Duration(0)
	for _, x := range b.xacts {
		p := min(max(time.Since(x.since)/4, askSoon), askLate)
		if pause == 0 || p < pause {
			pause = p
		}
	}
	return pause
}

// ask finds transactions that have ended, and lets their queues be rung.
func (b *bell) ask(ctx context.Context) {
	var numbers []string
	b.mu.Lock()
	for n, x := range b.xacts {
		if time.Since(x.since) > askLong {
			delete(b.xacts, n)
			continue
		}
		numbers = append(numbers, n)
	}
	b.mu.Unlock()
	if len(numbers) == 0 {
		return
	}
	var over []string
	ctx, cancel := context.WithTimeout(ctx, bellPatience)
	defer cancel()
	err := b.store.once(ctx, "notify", &call{query: xactsSQL, args: []any{numbers}, row: func(r scanner) error {
		var n string
		err := r.Scan(&n)
		over = append(over, n)
		return err
	}})
	if err != nil {
		return // asked again, or left to those who poll
	}
	b.store.ears.tell(b.over(over)...)
}

// over lets the queues of transactions be rung.
func (b *bell) over(numbers []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var queues []string
	for _, n := range numbers {
		if x := b.xacts[n]; x != nil {
			queues = append(queues, x.queues...)
			delete(b.xacts, n)
		}
	}
	for _, q := range queues {
		b.queues[q] = true
	}
	return queues
}

// say rings for the queues that were named.
func (b *bell) say(ctx context.Context) {
	b.mu.Lock()
	queues := make([]string, 0, len(b.queues))
	for q := range b.queues {
		queues = append(queues, q)
	}
	clear(b.queues)
	b.mu.Unlock()
	if len(queues) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, bellPatience)
	defer cancel()
	if b.store.once(ctx, "notify", &call{query: notifySQL, args: []any{b.store.channel(), sentBy(b.store.name, queues)}}) == nil {
		return
	}
	// It costs latency only, so no more is said of it. They are said with the next ones.
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range queues {
		b.queues[q] = true
	}
}
