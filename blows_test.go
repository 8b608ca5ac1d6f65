package tasuki_test

import (
	"strings"
	"sync"
	"time"
)

// A blow is what was done to one process.
type blow struct {
	who      string
	what     deed
	from, to time.Time
	lossy    int // how many jobs it may take from Ruby
}

type deed string

const (
	wasKilled      deed = "killed"
	wasStopped     deed = "stopped"
	unrecordedStop deed = "stopped, and could not record all"
	shortFreeze    deed = "frozen for a while"
	longFreeze     deed = "frozen longer than a standstill"
	wasRestarted   deed = "restarted"
	hasCrashed     deed = "killed and started again"
)

// redisServer is who is struck if it is the server.
const redisServer = "redis-server"

// blows is a list that several goroutines add to.
type blows struct {
	mu  sync.Mutex
	all []*blow
}

// strike notes what do does to a process, and how long that took.
func (b *blows) strike(who string, what deed, do func()) *blow {
	one := &blow{who: who, what: what, from: time.Now()}
	b.mu.Lock()
	b.all = append(b.all, one)
	b.mu.Unlock()
	do()
	b.mu.Lock()
	one.to = time.Now()
	b.mu.Unlock()
	return one
}

// counts says how often there was what.
func (b *blows) counts() map[string]int {
	n := map[string]int{}
	for _, one := range b.all {
		name := redisServer
		switch {
		case strings.HasPrefix(one.who, "ruby:"):
			name = "Ruby"
		case one.who != redisServer:
			name = "Go"
		}
		n[name+" "+string(one.what)]++
	}
	return n
}

// away says whether the server was, at some time between two.
func (b *blows) away(from, to time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.find(redisServer, func(o *blow) bool { return o.from.Before(to) && (o.to.IsZero() || o.to.After(from)) }) != nil
}

// find is the first such blow to a process. No other is struck meanwhile.
func (b *blows) find(who string, such func(*blow) bool) *blow {
	for _, one := range b.all {
		if one.who == who && such(one) {
			return one
		}
	}
	return nil
}
