package redis

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// save writes how far a claimed job is.
func (w *byHand) save(r store.Record, seq uint64, cursor string, p *store.Progress) {
	w.Helper()
	o := store.Outcome{Claim: held(r), Verb: store.Save, Seq: seq, Cursor: json.RawMessage(cursor), Progress: p}
	if cursor == "" {
		o.Cursor = nil
	}
	reply, err := w.Settle(w.Context(), store.SettleRequest{Worker: w.name, Outcomes: []store.Outcome{o}})
	if err != nil || reply.Results[0].What != store.Applied {
		w.Fatalf("save: %+v, %v", reply, err)
	}
}

// engine is a worker of tasuki's that takes from a store, until the test ends.
func engine(t *testing.T, s *Store, handlers ...tasuki.Handler) *tasuki.Worker {
	t.Helper()
	w, err := tasuki.New(s, tasuki.Config{Handlers: handlers, Logger: slog.New(slog.DiscardHandler), Timeout: 5 * time.Second})
	if err == nil {
		err = w.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.WithoutCancel(t.Context())) })
	return w
}

// until waits for a condition, for 20 s at most.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick, late := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// inState says whether a job is in a state, and which record it has.
func inState(t *testing.T, s *Store, id string, state store.State) (store.Record, bool) {
	t.Helper()
	page, err := s.List(t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{id}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Jobs) != 1 {
		return store.Record{}, false
	}
	return page.Jobs[0], page.Jobs[0].State == state
}

// told waits for what a channel brings, for 20 s at most.
func told[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("waited in vain")
		panic("not reached")
	}
}
