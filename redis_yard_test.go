package tasuki_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// A redisYard is a store on a server of its own, and the logbook beside it.
type redisYard struct {
	*yard
	t    *testing.T
	db   *redistest.DB
	book *logbook

	mu    sync.Mutex
	names []string // of all Go workers
}

func redisAt(t *testing.T, o redistest.Options) *redisYard {
	t.Helper()
	db := redistest.Own(t, o).DB(t)
	st, err := openYard(t.Context(), db.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &redisYard{yard: st, t: t, db: db, book: newLogbook(t)}
}

// worker starts a Go worker through a wrapper; nil: none.
func (y *redisYard) worker(wrapper []string, args ...string) *process {
	y.t.Helper()
	p := workerBy(y.t, y.db.URL(), append(wrapper, "env", childBook+"="+y.book.path), args...)
	y.mu.Lock()
	defer y.mu.Unlock()
	y.names = append(y.names, p.name)
	return p
}

// ruby is what runs the same jobs.
func (y *redisYard) ruby(flags ...string) redistest.App {
	return redistest.App{URL: y.db.URL(), Code: rubyJobs + redistest.EagerPolling, Flags: flags, Env: []string{"BOOK=" + y.book.path}}
}

// rubyName is what the logbook calls a worker of Ruby's.
func rubyName(s *redistest.Sidekiq) string { return fmt.Sprintf("ruby:%d", s.PID()) }

// add enqueues jobs and answers their ids.
func (y *redisYard) add(jobs ...store.Job) []string {
	y.t.Helper()
	enqueued(y.t, y, jobs...)
	ids := make([]string, len(jobs))
	for i := range jobs {
		ids[i] = jobs[i].ID
	}
	return ids
}

// waiting are the ids of the jobs in a queue, the one that is next first.
func (y *redisYard) waiting(queue string) []string {
	y.t.Helper()
	payloads := redistest.Ask[[]string](y.t, y.db, "LRANGE", "queue:"+queue, 0, -1)
	ids := make([]string, len(payloads))
	for i, text := range payloads {
		var job struct{ JID string }
		if err := json.Unmarshal([]byte(text), &job); err != nil {
			y.t.Fatalf("%v: %s", err, text)
		}
		ids[len(ids)-1-i] = job.JID
	}
	return ids
}

// awaitDone waits until the logbook says that all of them are done.
func (y *redisYard) awaitDone(ids []string) {
	y.t.Helper()
	eventually(y.t, fmt.Sprintf("%d jobs are done", len(ids)), func() bool {
		done := map[string]bool{}
		for _, e := range y.book.read(y.t) {
			done[e.job] = done[e.job] || e.what == "done"
		}
		for _, id := range ids {
			if !done[id] {
				return false
			}
		}
		return true
	})
}

// wantMarches fails unless each item of each job was done once, and more often only as
// often as again allows for one job.
func (y *redisYard) wantMarches(ids []string, items, again int) {
	y.t.Helper()
	done := map[string]map[int]int{}
	for _, e := range y.book.read(y.t) {
		if e.what == "item" {
			if done[e.job] == nil {
				done[e.job] = map[int]int{}
			}
			done[e.job][e.item]++
		}
	}
	for _, id := range ids {
		rows := 0
		for _, n := range done[id] {
			rows += n
		}
		if len(done[id]) != items || rows > items+again {
			y.t.Errorf("job %s: %d lost, %d doubled of %d items; %d may be doubled", id, items-len(done[id]), rows-len(done[id]), items, again)
		}
	}
}

// wantRuns fails unless each job ended its runs so: "done", "left done".
func (y *redisYard) wantRuns(ids []string, want string) {
	y.t.Helper()
	ends := map[string][]string{}
	for _, e := range y.book.read(y.t) {
		if e.what != "begin" && e.what != "item" {
			ends[e.job] = append(ends[e.job], e.what)
		}
	}
	for _, id := range ids {
		if got := strings.Join(ends[id], " "); got != want {
			y.t.Errorf("job %s ended its runs %q, want %q", id, got, want)
		}
	}
}

// wantNothingLeft fails if a job, or what belongs to one, is still in the server.
func (y *redisYard) wantNothingLeft() {
	y.t.Helper()
	for _, key := range redistest.Ask[[]string](y.t, y.db, "KEYS", "*") {
		if !leftOver(key) {
			y.t.Errorf("there is still the key %s", key)
		}
	}
	for _, name := range redistest.Ask[[]string](y.t, y.db, "SMEMBERS", "processes") { // Ruby's that were killed stay
		if slices.Contains(y.names, name) {
			y.t.Errorf("%s is still in the list of processes", name)
		}
	}
}

// leftOver says whether a key may be there when all is done: counters, names, what is
// shown of processes for a minute, ids that are remembered, records that are kept.
func leftOver(key string) bool {
	for _, prefix := range []string{"stat:", "queues", "processes", "process_cleanup", "tasuki:ids:", "tasuki:order", "tasuki:done", "tasuki:suspected", "tasuki:journal:", "it-"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return strings.Count(key, ":") >= 2 && !strings.HasPrefix(key, "tasuki:")
}

// jobsOf makes n jobs.
func jobsOf(n int, make func() store.Job) []store.Job {
	var all []store.Job
	for range n {
		all = append(all, make())
	}
	return all
}
