package redis

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// keptState is how long iteration state and journals are kept, should nobody see the
// job's end: as long as Sidekiq keeps a dead job.
const keptState = 180 * 24 * time.Hour

// ending is one outcome as it becomes a transition.
type ending struct {
	store   *Store
	worker  string
	outcome *store.Outcome
	held    *holding
	own     own    // as it shall be
	queue   string // where it shall wait
	changes []wire.Change
	t       transition
}

// transition is what an outcome does, or why it can never be written.
func (s *Store) transition(worker string, o *store.Outcome, h *holding) (transition, error) {
	e := ending{store: s, worker: worker, outcome: o, held: h, own: *h.own, queue: h.queue}
	if err := e.check(); err != nil {
		return transition{}, err
	}
	e.t = transition{guard: "claim", what: o.Token.String(), id: o.ID, iteration: iterationKey(o.ID)}
	e.state()
	if o.Verb == store.Save {
		e.t.guard = "held"
	} else if err := e.end(); err != nil {
		return transition{}, err
	}
	err := e.bring()
	return e.t, err
}

// check says why an outcome can never be written.
func (e *ending) check() error {
	o, limit := e.outcome, e.store.options.MaxPayload
	for what, raw := range map[string]json.RawMessage{"Cursor": o.Cursor, "Result": o.Result} {
		if len(raw) > limit {
			return fmt.Errorf("%w: %s is %d bytes, over the limit of %d", store.ErrInvalid, what, len(raw), limit)
		}
		if raw != nil && !(utf8.Valid(raw) && json.Valid(raw)) {
			return fmt.Errorf("%w: %s is not valid JSON", store.ErrInvalid, what)
		}
	}
	if _, ok := verbs[o.Verb]; !ok {
		return fmt.Errorf("%w: there is no verb %q", store.ErrInvalid, o.Verb)
	}
	return nil
}

// end makes the commands of what ends the claim.
func (e *ending) end() error {
	switch {
	case e.outcome.Verb == store.Return:
		return verbs[store.Return](e)
	case e.outcome.Verb != store.Finish || e.own.Journal:
		e.own.Journal = true
		e.t.commands = append(e.t.commands, e.note()...)
	}
	e.own.Deaths = 0
	e.ran()
	return verbs[e.outcome.Verb](e)
}

// note adds the run to the journal.
func (e *ending) note() commands {
	line := runLine(e.worker, e.store.unit().Spell(e.held.claimed), e.outcome.Why)
	return e.store.noteLine(e.held.id, line)
}

// runLine is a run for the journal.
func runLine(worker, from, why string) string {
	return `{"worker":` + wire.Quote(worker) + `,"from":` + from + `,"until":` + nowMark + `,"why":` + wire.Quote(store.Clean(why, store.MaxMessage)) + cursorMark + `}`
}

func (s *Store) noteLine(id, line string) commands {
	var c commands
	c.add("KEEP", s.keys.journal(id), strconv.Itoa(store.MaxJournal), line)
	c.add("EXPIRE", s.keys.journal(id), strconv.Itoa(int(keptState.Seconds())))
	return c
}

// change changes a field of the payload.
func (e *ending) change(name, raw string) {
	e.changes = append(e.changes, wire.Change{Name: name, Raw: raw})
}

// payload is the job's new one, in Ruby's spelling.
func (e *ending) payload() (string, error) {
	if jid, _ := e.held.String("jid"); jid != e.held.id {
		e.own.ID = e.held.id
	}
	c, err := e.own.change()
	if err != nil {
		return "", err
	}
	old := e.held.spelled()
	return old.With(append(e.changes, c)...), nil
}

// bring makes the jobs that come in with the outcome.
func (e *ending) bring() error {
	for i := range e.outcome.Enqueue {
		j := &e.outcome.Enqueue[i]
		h, err := e.store.admissible(j)
		if err != nil {
			return err
		}
		e.t.may(queueKey(queueOf(j)), "list")
		if j.Delay > 0 {
			e.t.may(scheduleKey, "zset")
		}
		e.t.brings = append(e.t.brings, e.store.admission(j, h))
	}
	return nil
}
