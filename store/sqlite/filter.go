package sqlite

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// A selection is a filter as the statements find_… take it: which of their
// optional lines hold, and the values.
type selection struct {
	filter *store.Filter
	now    int64
	lines  []string
	values []any
}

// Numbers of the values that find_… takes.
const (
	inIDs = iota
	inLanes
	inTags
	inStates
	inWorker
	inNow
	inFew
	inUpTo
	inFrom
	inLimit
	findValues
)

func newSelection(f *store.Filter, now int64) *selection {
	s := &selection{filter: f, now: now, values: make([]any, findValues)}
	s.hold("ids", len(f.IDs) > 0, inIDs, packIDs(f.IDs))
	s.hold("lanes", len(f.Queues)+len(f.Kinds) > 0, inLanes, nil) // finder.lanes fills them in
	s.hold("tags", len(f.Tags) > 0, inTags, sqlstore.JSON(f.Tags))
	s.hold("worker", f.Worker != "", inWorker, f.Worker)
	s.hold("states", len(f.States) > 0, inStates, stateList(f.States))
	s.values[inNow], s.values[inUpTo], s.values[inFrom] = now, int64(math.MaxInt64), int64(math.MinInt64)
	return s
}

func (s *selection) hold(line string, is bool, at int, value any) {
	if is {
		s.lines = append(s.lines, line)
		s.values[at] = value
	}
}

// among is the selection from some jobs alone.
func (s *selection) among(seqs []int64) *selection {
	c := *s
	c.lines, c.values = slices.Clone(s.lines), slices.Clone(s.values)
	c.hold("few", true, inFew, sqlstore.JSON(seqs))
	return &c
}

// asks says whether jobs of one of these states may be selected.
func (s *selection) asks(states ...store.State) bool {
	return len(s.filter.States) == 0 ||
		slices.ContainsFunc(s.filter.States, func(st store.State) bool { return slices.Contains(states, st) })
}

// in are the values for one look. from 0: all.
func (s *selection) in(upTo, from int64, limit int) []any {
	in := slices.Clone(s.values)
	in[inUpTo], in[inLimit] = upTo, limit
	if from > 0 {
		in[inFrom] = from
	}
	return in
}

// apply keeps those optional lines of a statement that hold.
func (s *selection) apply(sql string) string {
	return sqlstore.Choose(sql, func(line string) bool { return slices.Contains(s.lines, line) })
}

// packIDs is a JSON list of ids: x and hexadecimal digits for those that are
// stored as bytes, t and the text for the others; s and the seq for jobs whose id
// cannot be read.
func packIDs(ids []string) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		var b [16]byte
		if list[i] = "t" + id; packUUID(&b, id) {
			list[i] = "x" + hex.EncodeToString(b[:])
		}
	}
	for _, seq := range unreadableOf(ids) {
		list = append(list, "s"+strconv.FormatInt(seq, 10))
	}
	return sqlstore.JSON(list)
}

// unreadableOf are the seqs in those ids that unreadable made.
func unreadableOf(ids []string) (seqs []int64) {
	for _, id := range ids {
		text, is := strings.CutPrefix(id, unreadablePrefix)
		if seq, err := strconv.ParseInt(text, 10, 64); is && err == nil {
			seqs = append(seqs, seq)
		}
	}
	return seqs
}

// stateList is a JSON list of states as they are stored.
func stateList(states []store.State) string { return sqlstore.JSON(sqlstore.StateNumbers(states)) }
