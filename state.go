package tasuki

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
)

// A scope is what lies behind a job at one level, the job itself, an item of a loop
// or a step that is not done: which steps are done with which result, and how far
// each loop is. The run's mutex guards all scopes of a job.
type scope struct {
	Steps map[string]*stepState `json:"steps,omitempty"`
	Loops map[string]*loopState `json:"loops,omitempty"`

	begun map[string]bool // names that this run began here
}

// A stepState is a step that was begun: its result once it is done, what lies
// behind it until then.
type stepState struct {
	Result json.RawMessage `json:"result,omitempty"`
	In     *scope          `json:"in,omitzero"`
}

// A loopState is how far a loop is: the cursor of the last item done, and what lies
// behind items that were begun and are not done, by their cursors. (There may be more
// than one: a source may change, and put another item before the one that was begun.)
type loopState struct {
	Cursor json.RawMessage   `json:"cursor,omitempty"`
	Done   bool              `json:"done,omitempty"`
	Items  map[string]*scope `json:"items,omitempty"`
}

// mainLoop is the name of the loop that Each makes, and of the cursor that a
// handler keeps by hand with Save.
const mainLoop = ""

// IsZero says whether nothing was recorded in the scope.
func (s *scope) IsZero() bool {
	if s == nil {
		return true
	}
	for _, l := range s.Loops {
		if !l.zero() {
			return false
		}
	}
	for _, t := range s.Steps {
		if !t.zero() {
			return false
		}
	}
	return true
}

func (t *stepState) zero() bool { return t.Result == nil && t.In.IsZero() }

func (l *loopState) zero() bool { return l.Cursor == nil && !l.Done && l.bare() }

// bare says whether nothing lies behind items that are not done.
func (l *loopState) bare() bool {
	for _, s := range l.Items {
		if !s.IsZero() {
			return false
		}
	}
	return true
}

// recorded is a copy without what was only begun.
func (l *loopState) recorded() *loopState {
	c := &loopState{Cursor: l.Cursor, Done: l.Done, Items: map[string]*scope{}}
	for cursor, s := range l.Items {
		if in := s.recorded(); in != nil {
			c.Items[cursor] = in
		}
	}
	return c
}

// item is what lies behind an item, made if it is not there.
func (l *loopState) item(cursor json.RawMessage) *scope {
	s := l.Items[string(cursor)]
	if s == nil {
		if l.Items == nil {
			l.Items = map[string]*scope{}
		}
		s = &scope{}
		l.Items[string(cursor)] = s
	}
	return s
}

// A stateRecord is a state as the store keeps it in the job's cursor, unless the
// whole of it is one cursor, which is then kept as it is.
type stateRecord struct {
	Format int `json:"tasuki"`
	scope
}

const stateFormat = 1

// encode is the scope as a job's cursor.
func (s *scope) encode() (json.RawMessage, error) {
	if c, ok := s.plain(); ok {
		return c, nil
	}
	return json.Marshal(stateRecord{stateFormat, *s.recorded()})
}

// recorded is a copy without what was only begun; nil if nothing is left.
func (s *scope) recorded() *scope {
	if s.IsZero() {
		return nil
	}
	c := &scope{Steps: map[string]*stepState{}, Loops: map[string]*loopState{}}
	for name, t := range s.Steps {
		if in := t.In.recorded(); in != nil || t.Result != nil {
			c.Steps[name] = &stepState{t.Result, in}
		}
	}
	for name, l := range s.Loops {
		if !l.zero() {
			c.Loops[name] = l.recorded()
		}
	}
	return c
}

// plain answers the cursor that is all there is, if that is so.
func (s *scope) plain() (json.RawMessage, bool) {
	if s.IsZero() {
		return nil, true
	}
	l := s.Loops[mainLoop]
	if l == nil || !l.bare() {
		return nil, false
	}
	for _, t := range s.Steps {
		if !t.zero() {
			return nil, false
		}
	}
	for name, other := range s.Loops {
		if name != mainLoop && !other.zero() {
			return nil, false
		}
	}
	return l.Cursor, !looksLikeState(l.Cursor)
}

// looksLikeState says whether a plain cursor might be taken for a state.
func looksLikeState(raw json.RawMessage) bool {
	return len(raw) > 0 && raw[0] == '{' && bytes.Contains(raw, []byte(`"tasuki"`))
}

// decodeState reads what encode wrote, or a plain cursor. What is damaged is no plain
// cursor: taken for one, what is done would be done again.
func decodeState(raw json.RawMessage) (*scope, error) {
	if len(raw) == 0 {
		return &scope{}, nil
	}
	if !json.Valid(raw) {
		return nil, broken(errors.New("it is no JSON"))
	}
	var head struct {
		Format json.RawMessage `json:"tasuki"`
	}
	if !looksLikeState(raw) || json.Unmarshal(raw, &head) != nil || head.Format == nil {
		return &scope{Loops: map[string]*loopState{mainLoop: {Cursor: raw}}}, nil
	}
	var s stateRecord
	format, err := strconv.Atoi(string(head.Format))
	switch {
	case err == nil && format > stateFormat:
		return nil, fmt.Errorf("%w: its state has format %d, this version reads %d (hint: let the newer version finish the job, or upgrade this worker)", ErrBadJob, format, stateFormat)
	case err == nil && format < stateFormat:
		err = errors.New("there is no such format")
	case err == nil:
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return nil, broken(err)
	}
	s.sweep()
	return &s.scope, nil
}

// broken is for a state that nobody can go on from.
func broken(err error) error {
	return hopeless(fmt.Errorf("%w: its state cannot be read: %w (hint: it was damaged in the store; look there what is done, and enqueue a new job for the rest)", ErrBadJob, err))
}

// sweep drops what a damaged state has null for.
func (s *scope) sweep() {
	maps.DeleteFunc(s.Steps, func(_ string, t *stepState) bool { return t == nil })
	maps.DeleteFunc(s.Loops, func(_ string, l *loopState) bool { return l == nil })
	for _, t := range s.Steps {
		if t.In != nil {
			t.In.sweep()
		}
	}
	for _, l := range s.Loops {
		maps.DeleteFunc(l.Items, func(_ string, in *scope) bool { return in == nil })
		for _, in := range l.Items {
			in.sweep()
		}
	}
}

// loop is the state of a loop, made if it is not there.
func (s *scope) loop(name string) *loopState {
	l := s.Loops[name]
	if l == nil {
		if s.Loops == nil {
			s.Loops = map[string]*loopState{}
		}
		l = &loopState{}
		s.Loops[name] = l
	}
	return l
}

// step is the state of a step, made if it is not there. It is kept under the earlier
// names too, so that a worker of the version before finds it when the job comes back
// to it.
func (s *scope) step(name string, formerly []string) *stepState {
	t := s.Steps[name]
	for _, old := range formerly {
		if was := s.Steps[old]; was != nil && (t == nil || t.Result == nil && was.Result != nil) {
			t = was
		}
	}
	if t == nil {
		t = &stepState{}
	}
	if s.Steps == nil {
		s.Steps = map[string]*stepState{}
	}
	s.Steps[name] = t
	for _, old := range formerly {
		s.Steps[old] = t
	}
	return t
}

// claim notes that the earlier names of a step are its own in this run. It answers
// one that is another step's, if there is one.
func (s *scope) claim(name string, formerly []string) (taken string) {
	for _, old := range formerly {
		if old != name && !s.begin("step", old) {
			return old
		}
	}
	return ""
}

// begin notes that this run begins a name here; false: it did before.
func (s *scope) begin(what, name string) bool {
	key := what + " " + name
	if s.begun[key] {
		return false
	}
	if s.begun == nil {
		s.begun = map[string]bool{}
	}
	s.begun[key] = true
	return true
}
