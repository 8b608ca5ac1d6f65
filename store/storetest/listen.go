package storetest

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

var listenPromises = []promise{
	{"wakes once when it has begun", canListen, func(s *stage) {
		s.listen(s.Store)
	}},
	{"wakes when jobs were enqueued", canListen, func(s *stage) {
		s.wakes(func() { s.add(job("a")) })
	}},
	{"wakes when a job goes back", canListen, func(s *stage) {
		for _, verb := range []store.Verb{store.HandOver, store.Return, store.Fail, store.Snooze} {
			c := s.one("w", string(verb))
			s.wakes(func() { s.end("w", c, verb) })
			s.move(1, store.Deleted, store.Filter{IDs: []string{string(verb)}})
		}
	}},
	{"wakes when an outcome enqueues", all(canListen, hasThen), func(s *stage) {
		o := bare(s.one("w", "a"), store.Finish)
		o.Enqueue = jobs("b")
		s.wakes(func() { s.apply("w", o) })
	}},
	{"wakes when a worker is released", canListen, func(s *stage) {
		s.one("w", "a")
		s.wakes(func() { s.die("w", 0) })
	}},
	{"wakes when unnamed claims go back", canListen, func(s *stage) {
		s.one("w", "a")
		s.beat("w")
		s.wakes(func() { s.beat("w") })
	}},
	{"wakes when jobs are moved to ready", canListen, func(s *stage) {
		s.addDelayed("a", time.Hour)
		s.wakes(func() { s.move(1, store.Ready, store.Filter{IDs: []string{"a"}}) })
	}},
	{"wakes when a queue is let go", all(canListen, hasPause), func(s *stage) {
		s.add(job("a"))
		s.ok(s.Pause(s.Context(), []string{store.DefaultQueue}, true))
		s.wakes(func() { s.ok(s.Pause(s.Context(), []string{store.DefaultQueue}, false)) })
	}},
	{"wakes all who listen", canListen, func(s *stage) {
		first, second := s.listen(s.Store), s.listen(s.Store)
		s.add(job("a"))
		s.woken(first)
		s.woken(second)
	}},
	{"wakes across handles", all(canListen, canReopen), func(s *stage) {
		ear := s.listen(s.sub.Reopen(s.T))
		s.add(job("a"))
		s.woken(ear)
	}},
	{"ends with its context and no error", canListen, func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Store.(store.Listener).Listen(ctx, []string{"default"}, func() {}) }()
		cancel()
		select {
		case err := <-ended:
			s.ok(err)
		case <-time.After(patience):
			s.Fatal("Listen goes on after its context ended")
		}
	}},
}

// patience bounds what a test waits for that must happen.
const patience = 10 * time.Second

// wakes asserts that doing something wakes who listens.
func (s *stage) wakes(doing func()) {
	s.Helper()
	ear := s.listen(s.Store)
	doing()
	s.woken(ear)
}

func (s *stage) woken(ear <-chan struct{}) {
	s.Helper()
	select {
	case <-ear:
	case <-time.After(patience):
		s.Fatal("nobody was woken")
	}
}

// listen listens for the default queue until the test ends, and answers when it
// has begun and all is quiet.
func (s *stage) listen(st store.Store) <-chan struct{} {
	s.Helper()
	ear := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.Context()))
	ended := make(chan error, 1)
	go func() {
		ended <- st.(store.Listener).Listen(ctx, []string{store.DefaultQueue}, func() {
			select {
			case ear <- struct{}{}:
			default:
			}
		})
	}()
	s.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.Errorf("Listen ended with %v", err)
		}
	})
	s.woken(ear)
	for {
		select {
		case <-ear: // a late word of what the test did before
		case <-time.After(30 * time.Millisecond):
			return ear
		}
	}
}
