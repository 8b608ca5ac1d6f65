package sqlite

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// A selection is a filter as the statements list_… take it: which of their
// optional lines hold, and the values.
type selection struct {
	filter *store.Filter
	lines  []string
	states []store.State
	values []any
}

// Numbers of the values that every statement of a selection takes.
const (
	inIDs = iota
	inQueues
	inKinds
	inTags
	inWorker
	inStates
	inNow
	selectionValues
)

func newSelection(f *store.Filter, now int64) *selection {
	s := &selection{filter: f, states: f.States, values: make([]any, selectionValues)}
	s.hold("ids", len(f.IDs) > 0, inIDs, packIDs(f.IDs))
	s.hold("queues", len(f.Queues) > 0, inQueues, texts(f.Queues))
	s.hold("kinds", len(f.Kinds) > 0, inKinds, texts(f.Kinds))
	s.hold("tags", len(f.Tags) > 0, inTags, texts(f.Tags))
	s.hold("worker", f.Worker != "", inWorker, f.Worker)
	s.hold("states", len(f.States) > 0, inStates, stateList(f.States))
	s.values[inNow] = now
	return s
}

func (s *selection) hold(line string, is bool, at int, value any) {
	if is {
		s.lines = append(s.lines, line)
		s.values[at] = value
	}
}

// live says whether live jobs may be among the selected.
func (s *selection) live() bool {
	isLive := func(st store.State) bool { return !st.Ended() }
	return len(s.states) == 0 || slices.ContainsFunc(s.states, isLive)
}

// ended says whether ended jobs may be among the selected.
func (s *selection) ended() bool {
	return s.filter.Worker == "" && (len(s.states) == 0 || slices.ContainsFunc(s.states, store.State.Ended))
}

// in are the statement's values, its own at the end.
func (s *selection) in(own ...any) []any { return append(slices.Clone(s.values), own...) }

// apply keeps those optional lines of a statement that hold. An optional line
// begins with its name in a comment: /* ids */.
func (s *selection) apply(sql string) string {
	var kept []string
	for line := range strings.Lines(sql) {
		name, _, optional := strings.Cut(strings.TrimPrefix(line, "/* "), " */")
		if !optional || !strings.HasPrefix(line, "/* ") || slices.Contains(s.lines, name) {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, ""))
}

// packIDs is a JSON list of ids: x and hexadecimal digits for those that are
// stored as bytes, t and the text for the others.
func packIDs(ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		var b [16]byte
		if list[i] = "t" + id; packUUID(&b, id) {
			list[i] = "x" + hex.EncodeToString(b[:])
		}
	}
	return texts(list)
}

// stateList is a JSON list of states as they are stored.
func stateList(states []store.State) string {
	list := []int{}
	for number, name := range stateNames {
		if name != "" && slices.Contains(states, name) {
			list = append(list, number)
		}
	}
	text, _ := json.Marshal(list) // numbers always become JSON
	return string(text)
}
