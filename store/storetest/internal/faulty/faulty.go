// Package faulty is the test of storetest itself. It plants faults in copies of
// the reference store, each one fault in one copy, and shows that storetest
// finds every one of them. The copies exist only while the test runs: they are
// the reference store's own files with a few lines replaced, given to the go
// command as an overlay, so that they never fall behind the original.
package faulty

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

// A Store is a copy of the reference store.
type Store interface {
	store.Store
	Snapshot() (restore func())
	SetFormat(id string, format int) bool
}

// Harness makes copies for storetest. Every call of open is a new, empty store
// on the given clock.
func Harness(open func(clock func() time.Time) Store) storetest.Harness {
	return storetest.Harness{New: func(*testing.T) storetest.Subject {
		var ahead atomic.Int64
		s := open(func() time.Time {
			return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(ahead.Load()))
		})
		return storetest.Subject{
			Store:     s,
			Advance:   func(d time.Duration) { ahead.Add(int64(d)) },
			Reopen:    func(*testing.T) store.Store { return s },
			SetFormat: func(_ *testing.T, id string, format int) { s.SetFormat(id, format) },
			Snapshot: func(*testing.T) func() store.Store {
				restore := s.Snapshot()
				return func() store.Store { restore(); return s }
			},
		}
	}}
}

// A fault is what is done to a copy, and the promise whose test finds it.
type fault struct {
	name  string
	found string // "Group/promise"
	edits []edit
}

// An edit replaces a text that the file holds exactly once.
type edit struct{ file, old, new string }

// freedoms are differences that the contract allows: storetest must pass.
var freedoms = []fault{
	{name: "each job of a claim has a token of its own", edits: []edit{{"claim.go",
		`c.worker.Name, c.req.Token`, `c.worker.Name, c.req.Token+store.Token(len(c.taken))`,
	}}},
	{name: "a full last page has a Next", edits: []edit{{"inspect.go",
		`		last = j.seq`, `		last = j.seq
		if len(page.Jobs) == limit {
			page.Next = strconv.FormatUint(last, 10)
			break
		}`,
	}}},
	{name: "spaces are taken out of arguments", edits: []edit{{"enqueue.go",
		`slices.Clone(in.Args), slices.Clone(in.Tags)`, `compact(in.Args), slices.Clone(in.Tags)`,
	}, {"enqueue.go", `import (`, `import (
	"bytes"
	"encoding/json"`,
	}, {"enqueue.go", `// admitAll admits`, `func compact(text json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	json.Compact(&b, text)
	return b.Bytes()
}

// admitAll admits`}}},
	{name: "a release answers its jobs in any order", edits: []edit{{"keeper.go",
		`	delete(s.workers, req.Worker)
`, `	delete(s.workers, req.Worker)
	slices.Reverse(reply.Jobs)
`,
	}}},
	{name: "a release takes three jobs a call", edits: []edit{{"keeper.go",
		`	for _, j := range slices.SortedFunc(maps.Values(w.held), bySeq) {`, `	for _, j := range slices.SortedFunc(maps.Values(w.held), bySeq) {
		if reply.Left = len(w.held); len(reply.Jobs) == 3 {
			return reply, nil
		}
		reply.Left = 0`,
	}}},
	{name: "listeners are woken for nothing", edits: []edit{{"inspect.go",
		`	var workers []store.Worker
`, `	var workers []store.Worker
	s.ears.wake()
`,
	}}},
}

// faults are all that are planted, by what they break.
func faults() []fault {
	var all []fault
	for _, some := range [][]fault{enqueueFaults, uniqueFaults, claimFaults, settleFaults, verbFaults, keepFaults, workerFaults, peopleFaults, scheduleFaults} {
		all = append(all, some...)
	}
	return all
}
