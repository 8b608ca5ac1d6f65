package measure

import (
	"sync"

	"github.com/tasuki-jobs/tasuki/store"
)

// Other is the label of names beyond what a label may hold.
const Other = "other"

// mostQueues is how many queue names become labels.
const mostQueues = 200

// names bounds a label's values: those added, and while there is room those met.
type names struct {
	room int // for names that are met; the rest is Other

	mu    sync.Mutex
	known map[string]bool
}

func newNames(room int) *names { return &names{room: room, known: map[string]bool{}} }

// add makes a name one of the label's values.
func (n *names) add(name string) {
	name = store.Clean(name, store.MaxName)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[name] = true
}

// label is the name itself, as text that every exporter takes, or Other.
func (n *names) label(name string) string {
	name = store.Clean(name, store.MaxName)
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.known[name]:
	case len(n.known) < n.room:
		n.known[name] = true
	default:
		return Other
	}
	return name
}
