package redis

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

var othersScript = load("others")

// peersEvery is how far apart looks at Sidekiq's own processes are.
const peersEvery = time.Minute

// peers knows which versions of Sidekiq work on the server: what is written for them to
// read depends on it.
type peers struct {
	looked atomic.Int64 // when, in ns since the store was opened
	seen   atomic.Uint32
}

// A generation is a set of Sidekiq's versions.
type generation uint32

const (
	before7 generation = 1 << iota // they tell no version, or a lower one
	only7
	from8
)

// meet looks at Sidekiq's processes if the last look was long ago. It is for what others
// show: where it fails, what was seen last counts.
func (s *Store) meet(ctx context.Context) {
	last, now := s.peers.looked.Load(), int64(time.Since(s.began))
	if now-last >= int64(peersEvery) && s.peers.looked.CompareAndSwap(last, now) {
		s.look(ctx)
	}
}

// look looks at Sidekiq's processes.
func (s *Store) look(ctx context.Context) {
	all, err := s.others(ctx)
	if err != nil {
		return
	}
	var seen generation
	for i := range all {
		seen |= generationOf(all[i].Version)
	}
	s.peers.seen.Store(uint32(seen))
}

// generationOf is where a version belongs. Workers of another tasuki are none of Sidekiq.
func generationOf(version string) generation {
	first, _, _ := strings.Cut(version, ".")
	major, err := strconv.Atoi(first)
	switch {
	case strings.HasPrefix(version, ownVersion):
		return 0
	case err != nil || major < 7:
		return before7
	case major == 7:
		return only7
	}
	return from8
}

// unit is in what times in payloads are written.
func (s *Store) unit() wire.Unit {
	switch {
	case s.options.Timestamps == TimestampsMillis,
		s.options.Timestamps == TimestampsAuto && generation(s.peers.seen.Load()) == from8:
		return wire.Millis
	}
	return wire.Seconds
}

// showsOld says whether versions may look that know another key for what a worker runs.
func (s *Store) showsOld() bool {
	seen := generation(s.peers.seen.Load())
	return seen == 0 || seen&before7 != 0
}

// others answers Sidekiq's processes that are not tasuki's, as foreign workers.
func (s *Store) others(ctx context.Context) ([]store.Worker, error) {
	msg, err := s.run(ctx, othersScript, []string{processesKey, s.keys.workers()}, nil)
	if err != nil {
		return nil, err
	}
	words, err := msg.AsStrSlice()
	if err != nil {
		return nil, err
	}
	var all []store.Worker
	for p := range slices.Chunk(words, 6) {
		if w, ok := foreign(p[0], p[1:]); ok {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b store.Worker) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// foreign is one of them: its name, what it says of itself, concurrency, busy, beat and
// quiet.
func foreign(name string, says []string) (store.Worker, bool) {
	info, err := wire.Parse(says[0])
	if err != nil {
		return store.Worker{}, false
	}
	w := store.Worker{Name: name, Foreign: true, State: store.Working}
	w.Tag, _ = info.String("tag")
	w.Version, _ = info.String("version")
	w.Queues, _ = info.Strings("queues")
	w.StartedAt = timeOf(info.Value("started_at"))
	w.Process.Host, _ = info.String("hostname")
	pid, _ := info.Int("pid")
	w.Process.PID = int(pid)
	slots, found := info.Int("concurrency")
	if found != wire.OK {
		slots, _ = wire.Value(says[1]).Int()
	}
	w.Slots = int(slots)
	w.Busy, _ = strconv.Atoi(says[2])
	w.BeatAt = timeOf(wire.Value(says[3]))
	if !w.BeatAt.IsZero() {
		w.Beat = uint64(max(0, w.BeatAt.UnixMicro()))
	}
	if says[4] == "true" {
		w.State = store.Quiet
	}
	return w, true
}
