package tasuki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// A stepping is one step in one run.
type stepping struct {
	run   *run
	at    *place
	in    *place // inside of it
	name  string
	state *stepState // guarded by run.mu

	raw json.RawMessage // the result: the one that was there, or the one to be committed
}

// openStep finds a step. If it is done it answers its result and no stepping; so
// it does with an error.
func openStep[T any](ctx context.Context, name string, whole bool, opts []StepOption) (*stepping, T, error) {
	var v T
	if !whole {
		return nil, v, fmt.Errorf("step %q has no function: it was given nil", name)
	}
	s, err := findStep(ctx, name, opts)
	if err != nil {
		return nil, v, err
	}
	if s.raw != nil {
		if err := json.Unmarshal(s.raw, &v); err != nil {
			return nil, v, fmt.Errorf("%s: %w: its result %.100s does not decode into %T: %w (hint: give a step whose result changes its type a new name)", s, ErrBadJob, s.raw, v, err)
		}
		return nil, v, nil
	}
	if s.run.probe != nil {
		s.run.probe(ctx, probe.Point{Path: s.path(), Step: true})
	}
	if err := s.run.next(ctx, s.at); err != nil {
		return nil, v, err
	}
	return s, v, nil
}

func findStep(ctx context.Context, name string, opts []StepOption) (*stepping, error) {
	if name == "" {
		return nil, noName("Step")
	}
	at, err := placeOf(ctx, "step")
	if err != nil {
		return nil, err
	}
	var settings stepSettings
	for _, o := range opts {
		o(&settings)
	}
	at.run.mu.Lock()
	defer at.run.mu.Unlock()
	if err := at.named("step", name); err != nil {
		return nil, err
	}
	in := at.open()
	if old := in.claim(name, settings.formerly); old != "" {
		return nil, fmt.Errorf("kind %q: step %q was formerly %q, and this run has a step of that name (hint: a name that Formerly gives to one step must not be used by another)", at.run.rec.Kind, at.below(name), old)
	}
	state := in.step(name, settings.formerly)
	return &stepping{run: at.run, at: at, name: name, state: state, raw: state.Result}, nil
}

// begin puts the step in hand.
func (s *stepping) begin(in *place, p *store.Point) {
	s.in = in
	now := s.run.clock()
	s.run.mu.Lock()
	s.run.take(in, now)
	s.run.mu.Unlock()
	in.held.Take(p)
}

// leave ends it. A Commit that comes later finds that it is over.
func (s *stepping) leave() {
	s.run.mu.Lock()
	s.run.drop(s.in, s.run.clock())
	s.run.mu.Unlock()
	s.in.held.Leave()
}

func (s *stepping) path() string { return s.at.below(s.name) }

// String names the step, for errors.
func (s *stepping) String() string { return fmt.Sprintf("kind %q, step %q", s.run.rec.Kind, s.path()) }

// scope is what is recorded in the step until it is done.
func (s *stepping) scope() *scope {
	if s.state.In == nil {
		s.state.In = &scope{}
	}
	return s.state.In
}

// noCommit refuses a Commit that would not carry the step's result: a kill behind it
// would run the step again.
func (s *stepping) noCommit() (store.Standing, error) {
	return store.Standing{}, fmt.Errorf("%s: Commit inside Step: %w (hint: use StepTx)", s, store.ErrNoItem)
}

// encode is the result as it is kept. What cannot be kept would be done again by
// every attempt.
func (s *stepping) encode(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, hopeless(fmt.Errorf("%s: its result does not become JSON: %w", s, err))
	}
	if altered(v, raw) {
		return nil, hopeless(fmt.Errorf("%s: its result %.100s: %w", s, raw, errAltered))
	}
	return raw, nil
}

// done records the result and waits until it is in the store.
func (s *stepping) done(ctx context.Context, v any) error {
	raw, err := s.encode(v)
	if err != nil {
		return err
	}
	seq, err := s.record(raw)
	if err != nil {
		return hopeless(fmt.Errorf("%s: %w", s, err))
	}
	if err := s.run.flush(ctx, seq, s.at); err != nil {
		return fmt.Errorf("%s: save its result: %w", s, err)
	}
	return nil
}

// record puts the step behind the job, if its result still fits.
func (s *stepping) record(raw json.RawMessage) (seq uint64, err error) {
	r, now := s.run, s.run.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest(s.in, now) // the wait for the store is not the step's
	before := *s.state
	*s.state = stepState{Result: raw}
	r.seq++
	if _, err := r.stands(); err != nil {
		*s.state = before
		r.tellSaver() // of what else the number stands for
		return 0, err
	}
	r.counted(now)
	r.tellSaver()
	return r.seq, nil
}

// stand is where the job stands once the step is done; Commit asks.
func (s *stepping) stand() (store.Standing, error) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.in.over {
		return store.Standing{}, errOver
	}
	before := *s.state
	*s.state = stepState{Result: s.raw}
	st, err := r.standing(nil)
	*s.state = before
	if err != nil && !errors.Is(err, store.ErrUnsure) {
		err = hopeless(err)
	}
	if err != nil {
		return st, fmt.Errorf("%s: %w", s, err)
	}
	return st, nil
}

// settled is told how the step's transaction ended.
func (s *stepping) settled(err error) {
	r, now := s.run, s.run.clock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled(s.in, err) {
		*s.state = stepState{Result: s.raw}
		r.counted(now)
	}
}
