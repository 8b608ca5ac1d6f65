// Package memory is the reference store: the whole contract of package store
// in plain data structures under one mutex. Tests run on it, also inside
// testing/synctest, and the random tests of package storetest hold every other
// store against it. What it holds ends with the process.
package memory

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// Options are the choices of a store; the zero value works.
type Options struct {
	// Clock is the store's clock. Default: time.Now, so that a store made in a
	// synctest bubble lives on the bubble's time.
	Clock func() time.Time
	// MaxPayload bounds arguments, cursor and result in bytes, each. Default:
	// store.MaxPayload.
	MaxPayload int
	// Features makes the store refuse what is false in it, as a lesser store
	// would. Name, Remember, MaxPayload and Commit are the store's own and not
	// read. Default: everything that the contract knows.
	Features *store.Features
}

// Store is a store in memory. It has no goroutines and needs no closing.
type Store struct {
	clock    func() time.Time
	features store.Features

	mu   sync.Mutex // owns at and data
	at   time.Time  // the clock as the call under way read it
	data            // whose fields and what they refer to nobody else touches
	ears ears
}

// data is all that a store holds.
type data struct {
	jobs  map[string]*job
	roll  roll             // all jobs as enqueued
	lanes map[laneKey]lane // what waits, by queue and kind
	kept  *pile            // done and cancelled, by keepUntil
	dead  *pile            // by EndedAt

	unique     map[string]*job  // by key: who holds it
	ticks      map[string]int64 // by schedule: the last tick
	remembered map[string]bool  // ids of jobs that left
	forgetting []farewell       // the same, in the order in which they left
	workers    map[string]*worker
	paused     map[string]bool
	schedules  schedules
	marks      []store.Mark // oldest first
	orders     uint64       // the last order's number, of all workers' together
	done       int64
	failed     int64
}

var (
	_ store.Store     = (*Store)(nil)
	_ store.Listener  = (*Store)(nil)
	_ store.Scheduler = (*Store)(nil)
	_ store.Marker    = (*Store)(nil)
)

// New makes an empty store.
func New(o Options) *Store {
	s := &Store{clock: o.Clock, features: features(o), data: empty()}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

func empty() data {
	return data{
		jobs:       map[string]*job{},
		lanes:      map[laneKey]lane{},
		kept:       &pile{less: expiresBefore},
		dead:       &pile{less: endedBefore},
		unique:     map[string]*job{},
		ticks:      map[string]int64{},
		remembered: map[string]bool{},
		workers:    map[string]*worker{},
		paused:     map[string]bool{},
		schedules:  schedules{rows: map[string]store.Schedule{}},
	}
}

// Features says what this store can do.
func (s *Store) Features() store.Features { return s.features }

// now is the moment of the call under way: one write has one time.
func (s *Store) now() time.Time { return s.at }

// enter takes the mutex for one call, unless the call's context has ended; who
// gets no error unlocks.
func (s *Store) enter(ctx context.Context, doing string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	s.mu.Lock()
	s.at = s.clock().UTC().Round(0)
	return nil
}
