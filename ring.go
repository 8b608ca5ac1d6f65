package tasuki

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/store"
)

// This file is one look of the watcher: whom it reads, and what it makes of them.

// A sight is a beat number and since when it was seen to be that.
type sight struct {
	beat    uint64
	since   time.Time
	moved   bool // it was seen to change: since is when
	process host.Identity
}

const (
	watchMoving  = 3   // so many moving neighbours are enough
	watchPage    = 4   // workers read at once
	watchUnknown = 100 // workers never seen before that one look goes past
)

// moving says whether a worker was seen to beat as often as it should.
func (v *watcher) moving(s sight) bool {
	return s.moved && time.Since(s.since) <= v.w.cfg.Beat+v.pause()
}

type deadWorker struct {
	worker store.Worker
	why    string
}

// look reads the ring of workers behind this one, on past those that stand
// still or that it has not seen before, until it has seen three that move. Who
// knows nobody yet looks at all, and so does who is in a small fleet: that is one page.
func (v *watcher) look(ctx context.Context) ([]deadWorker, error) {
	l := looking{watcher: v, all: v.seen == nil, fresh: map[string]sight{}}
	err := l.look(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at workers: %w", err)
	}
	v.seen = l.fresh
	return l.dead, nil
}

// looking is one look under way.
type looking struct {
	*watcher
	all            bool // it goes on however many move
	fresh          map[string]sight
	moved, unknown int // that were seen
	dead           []deadWorker
}

func (l *looking) look(ctx context.Context) error {
	if l.small {
		page, err := l.w.st.Workers(ctx, store.WorkersRequest{Limit: watchPage})
		if err != nil {
			return err
		}
		if l.small = len(page) < watchPage; l.small {
			l.see(page)
			return nil
		}
	}
	after, wrapped := l.w.name, false
	for l.all || l.moved < watchMoving && l.unknown < watchUnknown {
		page, err := l.w.st.Workers(ctx, store.WorkersRequest{After: after, Limit: watchPage})
		if err != nil {
			return err
		}
		n := len(page)
		if wrapped {
			page = slices.DeleteFunc(page, func(o store.Worker) bool { return o.Name >= l.w.name })
		}
		l.see(page)
		switch {
		case n == watchPage && len(page) == n:
			after = page[n-1].Name
		case wrapped:
			l.small = len(l.fresh) < watchPage-1
			return nil
		default:
			after, wrapped = "", true
		}
	}
	return nil
}

// see judges some workers.
func (l *looking) see(page []store.Worker) {
	for _, o := range page {
		if o.Name == l.w.name {
			continue
		}
		s, why := l.judge(o)
		l.fresh[o.Name] = s
		if _, known := l.seen[o.Name]; !known {
			l.unknown++
		}
		if l.moving(s) {
			l.moved++
		}
		if why != "" {
			l.dead = append(l.dead, deadWorker{o, why})
		}
	}
}

// judge says since when a worker's beat stands still, and why it is dead if it
// is.
func (v *watcher) judge(o store.Worker) (sight, string) {
	now := time.Now()
	s, known := v.seen[o.Name]
	p := o.Process
	process := host.Identity{Host: p.Host, PID: p.PID, Boot: p.Boot, Space: p.Space, Start: p.Start}
	if !known || s.beat != o.Beat || s.process != process { // a name may come again in another process
		s = sight{beat: o.Beat, since: now, moved: known, process: process}
	}
	limit := max(v.w.cfg.Standstill, o.Standstill)
	if o.State == store.Leaving {
		limit /= 6 // it said that exiting is the next thing it does
	}
	switch still := now.Sub(s.since); {
	case v.self.Gone(s.process):
		return s, fmt.Sprintf("process %d on %s is gone", s.process.PID, s.process.Host)
	case still >= limit:
		return s, fmt.Sprintf("its beat stood still for %v", still.Round(time.Millisecond))
	}
	return s, ""
}
