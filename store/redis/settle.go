package redis

import (
	"context"
	"fmt"
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
)

// Settle writes what became of claims; see [store.Consumer]. It is one round trip, where
// the claims were made through this store.
func (s *Store) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if len(req.Outcomes) == 0 {
		return store.SettleReply{}, nil
	}
	if req.Batch == 0 && slices.ContainsFunc(req.Outcomes, func(o store.Outcome) bool { return o.Verb != store.Save }) {
		return store.SettleReply{}, fmt.Errorf("settle: a batch without a number may only save: %w", store.ErrInvalid)
	}
	b := batch{store: s, req: &req, results: make([]store.Result, len(req.Outcomes))}
	if err := b.run(ctx); err != nil {
		return store.SettleReply{}, fmt.Errorf("settle: %w", err)
	}
	return store.SettleReply{Results: b.results}, nil
}

// batch is one Settle under way.
type batch struct {
	store   *Store
	req     *store.SettleRequest
	results []store.Result
	held    []*holding // of each outcome; nil: nothing is
	work    work
	done    []int // outcomes of work.done
	others  []int // outcomes of work.transitions
}

func (b *batch) run(ctx context.Context) error {
	held, err := b.find(ctx)
	if err != nil {
		return err
	}
	b.held = held
	b.work = work{worker: b.req.Worker, counts: true}
	if b.req.Batch != 0 {
		b.work.batch = hex(b.req.Batch)
	}
	for i := range b.req.Outcomes {
		b.add(i, held[i])
	}
	order := b.arrange()
	if !slices.IsSorted(order) {
		b.work.order = joined(order)
	}
	answer, err := b.store.apply(ctx, &b.work)
	if err != nil {
		return err
	}
	if answer.resent {
		order = answer.placed(len(order))
	}
	for n, i := range order {
		b.answer(i, answer.letters[n], answer.resent)
	}
	b.name(ctx, order, answer)
	return nil
}

// arrange puts those that go to the front of queues behind the others, last first, so
// that the first of them is in front in the end. It answers the order of all.
func (b *batch) arrange() []int {
	front := func(n int) bool {
		o := &b.req.Outcomes[b.others[n]]
		return o.Verb == store.Return || o.Verb == store.HandOver && !o.Back
	}
	order, all := make([]int, 0, len(b.others)), make([]transition, 0, len(b.others))
	for n := range b.others {
		if !front(n) {
			order, all = append(order, b.others[n]), append(all, b.work.transitions[n])
		}
	}
	for n := len(b.others) - 1; n >= 0; n-- {
		if front(n) {
			order, all = append(order, b.others[n]), append(all, b.work.transitions[n])
		}
	}
	b.work.transitions = all
	return append(b.done, order...)
}

func (b *batch) answer(i int, l letter, resent bool) {
	o, before := &b.req.Outcomes[i], b.results[i]
	if b.results[i] = result(l, o.Verb, resent); l == unfit && before.Err != nil {
		b.results[i] = before
	}
	if h := b.held[i]; h != nil && (l == applied || l == cancelled) && counted(o) && b.store.measures() {
		b.store.metrics.note(h.kind, o)
	}
	if l == lost || o.Verb != store.Save && b.results[i].What != store.Refused && b.results[i].What != store.Later {
		b.store.held.drop(b.req.Worker, o.Token)
	}
}

// result is what a letter says. What cannot even be buried waits until it can.
func result(l letter, verb store.Verb, resent bool) store.Result {
	switch l {
	case applied, cancelled:
		if resent {
			return store.Result{What: store.Already}
		}
		return store.Result{What: store.Applied}
	case stuck:
		return store.Result{What: store.Later}
	case refused, unfit:
		if l == refused && verb == store.Bury {
			return store.Result{What: store.Later}
		}
		return store.Result{What: store.Refused, Err: fmt.Errorf("%w: a key of Sidekiq's is of another type (hint: look at the types of queue:…, retry, schedule and dead)", store.ErrInvalid)}
	}
	return store.Result{What: store.Lost}
}

// find is what is held of each claim; nil: nothing is.
func (b *batch) find(ctx context.Context) ([]*holding, error) {
	held := make([]*holding, len(b.req.Outcomes))
	var missing []int
	for i := range b.req.Outcomes {
		if held[i] = b.store.held.get(b.req.Worker, b.req.Outcomes[i].Token); held[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return held, nil
	}
	// They were made through another store, or are none.
	fields := make([]string, len(missing))
	for n, i := range missing {
		fields[n] = b.req.Outcomes[i].Token.String()
	}
	c := b.store.client
	values, err := c.Do(ctx, c.B().Hmget().Key(b.store.keys.claims(b.req.Worker)).Field(fields...).Build()).ToArray()
	if err != nil {
		return nil, explained(err)
	}
	for n, i := range missing {
		if value, err := values[n].ToString(); err == nil {
			held[i], _ = readHolding(value)
		}
	}
	return held, nil
}

// add adds an outcome to the work.
func (b *batch) add(i int, h *holding) {
	o := &b.req.Outcomes[i]
	if h != nil && h.id == o.ID && h.leavesNothing(o) {
		b.done = append(b.done, i)
		b.work.done = append(b.work.done, o.Token.String())
		return
	}
	t := transition{guard: "none"} // it may have been applied, if this is a resend
	if h != nil && h.id == o.ID {
		var err error
		if t, err = b.store.transition(b.req.Worker, o, h); err != nil {
			t, b.results[i] = transition{guard: "unfit"}, store.Result{What: store.Refused, Err: err}
		} else if o.Verb == store.Save {
			b.store.held.stateful(b.req.Worker, o.Token)
		}
	}
	b.others = append(b.others, i)
	b.work.transitions = append(b.work.transitions, t)
}

// leavesNothing says whether nothing is to be written but that the job is done.
func (h *holding) leavesNothing(o *store.Outcome) bool {
	return o.Verb == store.Finish && !h.state && o.Cursor == nil && o.Progress == nil && o.Result == nil && o.Seq == 0 && len(o.Enqueue) == 0 &&
		h.own.Unique == "" && h.own.Keep == 0 && !h.own.Journal
}
