package redis

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
)

// Iteration state: how far a job is, as Sidekiq keeps it beside the payload. Its fields
// are c (the cursor), ex (how many runs wrote it), rt (how long those took that came to
// an end), cancelled (since when it is to be cancelled); tasuki's own are progress and why.
// Whoever writes one writes c, ex and rt with it: Sidekiq's Web and its jobs stumble over a
// state without a cursor.

// state writes cursor and progress. A late cursor is left out, and with a save its
// progress.
func (e *ending) state() {
	o, it := e.outcome, e.t.iteration
	if o.Seq > 0 {
		e.t.seq = hex(o.Seq)
	}
	if o.Cursor == nil && o.Progress == nil {
		return
	}
	e.t.may(it, "hash")
	if o.Cursor != nil {
		e.t.fields = append(e.t.fields, "c", spelledCursor(o.Cursor))
	}
	if o.Progress != nil {
		e.t.fields = append(e.t.fields, e.progress()...)
	}
	if o.Verb != store.Save && o.Progress != nil {
		e.t.commands.add(append([]string{"HSET", it}, e.progress()...)...)
	}
}

func (e *ending) progress() []string {
	p := *e.outcome.Progress
	p.Note = store.Clean(p.Note, store.MaxMessage)
	raw, _ := json.Marshal(p) // numbers and a text
	return []string{ownField, string(raw)}
}

// ran lets the run that ends count in the state, if there is one.
func (e *ending) ran() {
	if e.held.state || len(e.t.fields) > 0 {
		e.t.began = strconv.FormatInt(e.held.claimed.UnixMicro(), 10)
	}
}

// states reads iteration states by the number of the id.
func (s *Store) states(ctx context.Context, ids []string) (map[int]iteration, error) {
	all := map[int]iteration{}
	if len(ids) == 0 {
		return all, nil
	}
	commands := make(rueidis.Commands, len(ids))
	for i, id := range ids {
		commands[i] = s.client.B().Hmget().Key(iterationKey(id)).Field("c", ownField, "cancelled", "ex").Build()
	}
	for i, r := range s.client.DoMulti(ctx, commands...) {
		values, err := r.ToArray()
		if code(err) == "WRONGTYPE" {
			continue
		}
		if err != nil {
			return nil, explained(err)
		}
		it, some := iteration{jid: ids[i]}, false
		for n, to := range []*string{&it.cursor, &it.progress, &it.cancelled, new(string)} {
			if text, err := values[n].ToString(); err == nil {
				*to, some = text, true
			}
		}
		if some {
			all[i] = it
		}
	}
	return all, nil
}

// callOff gives a claim up whose job was cancelled while it waited, as Sidekiq's cancel!
// does it: the job is cancelled, unless that was taken back meanwhile.
func (s *Store) callOff(worker string, token store.Token, h *holding) (transition, error) {
	o := &store.Outcome{Claim: store.Claim{ID: h.id, Token: token}, Verb: store.Return}
	return s.transition(worker, o, h)
}
