package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

var (
	claimsScript = load("claims")
	forgetScript = load("forget")
)

// releaseAtOnce and releaseBytes bound what one Release takes back: the job that passes
// the bytes is the last.
const (
	releaseAtOnce = 1000
	releaseBytes  = 32 << 20
)

// Release takes back what a dead worker held; see [store.Keeper]. It looks first, and
// then writes all of it if the worker has not beaten meanwhile.
func (s *Store) Release(ctx context.Context, req store.ReleaseRequest) (store.ReleaseReply, error) {
	r := releasing{store: s, req: &req}
	s.metrics.last(ctx, s)
	if err := r.run(ctx); err != nil {
		return store.ReleaseReply{}, fmt.Errorf("release of %q: %w", req.Worker, err)
	}
	return r.reply, nil
}

// releasing is one Release under way.
type releasing struct {
	store *Store
	req   *store.ReleaseRequest
	reply store.ReleaseReply

	worker store.Worker
	beaten time.Time
	jobs   []heldJob
}

// A heldJob is a claim of the worker.
type heldJob struct {
	token  string
	value  string
	h      *holding
	err    error // it is no job
	state  iteration
	last   string // the last line of its journal
	became store.State
}

func (r *releasing) run(ctx context.Context) error {
	known, err := r.look(ctx)
	if err != nil || !known {
		return err
	}
	if err := r.where(ctx); err != nil {
		return err
	}
	w := work{worker: r.req.Worker, beat: hex(r.req.Beat)}
	for i := range r.jobs {
		t, err := r.transition(&r.jobs[i])
		if err != nil {
			return err
		}
		w.transitions = append(w.transitions, t)
	}
	a, err := r.store.apply(ctx, &w)
	if err != nil || a.moved {
		return err
	}
	r.reply.Released = true
	for i, l := range a.letters {
		r.note(&r.jobs[i], l)
	}
	return r.forget(ctx)
}

// look reads the worker and what it holds.
func (r *releasing) look(ctx context.Context) (known bool, err error) {
	k := r.store.keys
	msg, err := r.store.run(ctx, claimsScript, []string{k.worker(r.req.Worker), k.claims(r.req.Worker)}, []string{strconv.Itoa(releaseAtOnce), strconv.Itoa(releaseBytes)})
	if err != nil {
		return false, err
	}
	part, err := msg.ToArray()
	if err != nil || len(part) == 0 {
		return false, err
	}
	beat, _ := part[0].ToString()
	if beat != hex(r.req.Beat) {
		return false, nil
	}
	info, _ := part[1].ToString()
	if err := json.Unmarshal([]byte(info), &r.worker); err != nil {
		r.worker = store.Worker{}
	}
	us, _ := part[2].AsInt64()
	r.beaten = moment(us)
	claims, err := part[5].AsStrSlice()
	for c := range slices.Chunk(claims, 2) {
		h, bad := readHolding(c[1])
		r.jobs = append(r.jobs, heldJob{token: c[0], value: c[1], h: h, err: bad})
	}
	// What was taken last goes back first, so that the first is in front again.
	slices.SortFunc(r.jobs, func(a, b heldJob) int {
		return cmp.Or(b.since().Compare(a.since()), strings.Compare(b.token, a.token))
	})
	return true, err
}

// since is when it was claimed.
func (j *heldJob) since() time.Time {
	if j.h == nil {
		return time.Time{}
	}
	return j.h.claimed
}

// where reads how far the jobs are and were.
func (r *releasing) where(ctx context.Context) error {
	ids := make([]string, len(r.jobs))
	for i := range r.jobs {
		if r.jobs[i].h != nil {
			ids[i] = r.jobs[i].h.id
		}
	}
	states, err := r.store.states(ctx, ids)
	if err != nil {
		return err
	}
	for i := range r.jobs {
		r.jobs[i].state = states[i]
	}
	return r.lastLines(ctx)
}

// transition is what becomes of one job.
func (r *releasing) transition(j *heldJob) (transition, error) {
	s, none := r.store, transition{guard: "claim", what: j.token}
	switch {
	case j.h == nil:
		s.addDead(&none.commands, itself+j.value)
		return none, nil
	case j.err != nil:
		none.may(deadKey, "zset")
		s.addDead(&none.commands, j.h.buried(j.err))
		return none, nil
	case len(r.worker.Kinds) > 0 && !slices.Contains(r.worker.Kinds, j.h.kind), j.h.format() > store.Format:
		// It took a stranger and could not put it back any more.
		s.inFront(&none, j.h)
		return none, nil
	}
	return r.takeBack(j)
}

// takeBack is what becomes of a job that may have run.
func (r *releasing) takeBack(j *heldJob) (transition, error) {
	token, _ := strconv.ParseUint(j.token, 16, 64)
	o := &store.Outcome{Claim: store.Claim{ID: j.h.id, Token: store.Token(token)}, Verb: store.HandOver, Why: r.req.Why}
	e := ending{store: r.store, worker: r.req.Worker, outcome: o, held: j.h, own: *j.h.own, queue: j.h.queue}
	e.t = transition{guard: "claim", what: j.token, id: o.ID, iteration: iterationKey(o.ID)}
	e.own.Releases++
	e.own.Journal = true
	e.t.commands = e.note()
	if j.moved() {
		e.own.Deaths = 0
	}
	stopping := r.worker.State == store.Stopping || r.worker.State == store.Leaving
	died := r.req.MaxDeaths > 0 && !stopping
	if died {
		e.own.Deaths++
	}
	j.became = store.Ready
	if died && e.own.Deaths >= r.req.MaxDeaths {
		j.became = store.Dead
		err := e.killed(r.req.Why)
		return e.t, err
	}
	err := e.front()
	return e.t, err
}

// front brings the job to the front of its queue, a suspect to those.
func (e *ending) front() error {
	if e.own.Deaths == 0 {
		return e.ready("RPUSH")
	}
	e.change("enqueued_at", nowMark)
	text, err := e.payload()
	if err != nil {
		return err
	}
	list := e.store.keys.suspects(e.held.queue)
	e.t.may(list, "list")
	e.t.commands.add("SADD", e.store.keys.suspected(), e.held.queue)
	e.t.commands.add("RPUSH", list, text)
	e.hold(0)
	e.mayCancel()
	return nil
}

// killed brings the job to the dead.
func (e *ending) killed(why string) error {
	e.free()
	e.change(whyField, wire.Quote(store.Clean(fmt.Sprintf("%d workers died running it, the last: %s", e.own.Deaths, why), store.MaxMessage)))
	text, err := e.payload()
	if err != nil {
		return err
	}
	e.t.may(deadKey, "zset")
	e.store.addDead(&e.t.commands, text)
	e.mayCancel()
	return nil
}

// note answers a job that was taken back.
func (r *releasing) note(j *heldJob, l letter) {
	if l != applied && l != cancelled || j.became == "" {
		return
	}
	if l == cancelled {
		j.became = store.Cancelled
	}
	r.reply.Jobs = append(r.reply.Jobs, store.Released{ID: j.h.id, Kind: j.h.kind, State: j.became,
		Ran: max(0, r.beaten.Sub(j.h.claimed)), Cursor: j.state.has()})
}

// forget makes the worker unknown if nothing of it is left.
func (r *releasing) forget(ctx context.Context) error {
	k, name := r.store.keys, r.req.Worker
	keys := []string{k.worker(name), k.claims(name), k.saves(name), k.orders(name), k.workers(),
		processesKey, name, workKey(name), oldWorkKey(name), signalsKey(name)}
	msg, err := r.store.run(ctx, forgetScript, keys, []string{name, hex(r.req.Beat)})
	if err != nil {
		return err
	}
	left, err := msg.AsInt64()
	r.reply.Left = int(left)
	return err
}
