package tasuki

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tasuki-jobs/tasuki/internal/probe"
	"github.com/tasuki-jobs/tasuki/store"
)

// Step runs do once per job and remembers what it answered: when the job comes
// again, after a hand-over, a release or a failed attempt, the step is not run
// again and its result is the one of then. The result is in the store when Step
// returns; after kill -9 in between the step runs again. Where do writes to the
// store's own database, StepTx makes that impossible.
//
// A step is found by its name alone, in the handler or in the item or step that it
// stands in. So steps may be put in another order, added and removed by a deploy
// while jobs are under way: a new one runs when the job comes by, one that is gone
// leaves its result unused. One that is renamed is a new step, unless Formerly
// names what it was called. A result that does not decode into T fails the attempt:
// what changes its type needs a new name. All results together are bounded by the
// store's limit, 1 MiB by default.
//
// An error of do fails the attempt, and the steps before it stay done. While the
// worker stops no step begins: the job is handed over.
func Step[T any](ctx context.Context, name string, do func(context.Context) (T, error), opts ...StepOption) (T, error) {
	s, v, err := openStep[T](ctx, name, opts)
	if s == nil {
		return v, err
	}
	ctx, in := s.at.enter(ctx, name, s.inside)
	in.held.Take(&store.Point{Stand: s.noCommit})
	defer in.held.Take(nil)
	whole := false
	defer s.run.unlessWhole(&whole, s.String)
	v, err = do(ctx)
	whole = true
	if err != nil {
		return v, err
	}
	return v, s.done(ctx, v)
}

// StepTx is Step for writes to the store's own database: commit is the store's
// Commit, and what do writes, the step's result and where the job stands are one
// transaction. Neither a kill nor a lost answer makes it run twice.
//
//	paid, err := tasuki.StepTx(ctx, "pay", st.Commit, func(ctx context.Context, tx *sql.Tx) (Receipt, error) { … })
func StepTx[T, Tx any](ctx context.Context, name string, commit func(context.Context, func(Tx) error) error,
	do func(context.Context, Tx) (T, error), opts ...StepOption) (T, error) {
	s, v, err := openStep[T](ctx, name, opts)
	if s == nil {
		return v, err
	}
	ctx, in := s.at.enter(ctx, name, s.inside)
	in.held.Take(&store.Point{Stand: s.stand, Settled: s.settled})
	defer in.held.Take(nil)
	whole := false
	defer s.run.unlessWhole(&whole, s.String)
	err = commit(ctx, func(tx Tx) (err error) {
		s.run.inside.Add(1)
		defer s.run.inside.Add(-1)
		if v, err = do(ctx, tx); err == nil {
			s.raw, err = s.encode(v)
		}
		return err
	})
	whole = true
	return v, err
}

// A StepOption says how a step is to be treated.
type StepOption func(*stepSettings)

type stepSettings struct{ formerly []string }

// Formerly names what a step was called by earlier versions of the program: their
// results count as its own.
func Formerly(names ...string) StepOption {
	return func(s *stepSettings) { s.formerly = append(s.formerly, names...) }
}

// A stepping is one step in one run.
type stepping struct {
	run   *run
	at    *place
	name  string
	state *stepState // guarded by run.mu

	raw json.RawMessage // the result: the one that was there, or the one to be committed
}

// openStep finds a step. If it is done it answers its result and no stepping; so
// it does with an error.
func openStep[T any](ctx context.Context, name string, opts []StepOption) (*stepping, T, error) {
	var v T
	if name == "" {
		return nil, v, noName("Step")
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
	if err := s.run.next(ctx); err != nil {
		return nil, v, err
	}
	return s, v, nil
}

func findStep(ctx context.Context, name string, opts []StepOption) (*stepping, error) {
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
	state := at.open().step(name, settings.formerly)
	return &stepping{run: at.run, at: at, name: name, state: state, raw: state.Result}, nil
}

func (s *stepping) path() string { return s.at.below(s.name) }

// String names the step, for errors.
func (s *stepping) String() string { return fmt.Sprintf("kind %q, step %q", s.run.rec.Kind, s.path()) }

// inside is what is recorded in the step until it is done. Called with run.mu held.
func (s *stepping) inside() *scope {
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

func (s *stepping) encode(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s: its result does not become JSON: %w", s, err)
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
		return fmt.Errorf("%s: %w", s, err)
	}
	if err := s.run.flush(ctx, seq); err != nil {
		return fmt.Errorf("%s: save its result: %w", s, err)
	}
	return nil
}

// record puts the step behind the job, if its result still fits.
func (s *stepping) record(raw json.RawMessage) (seq uint64, err error) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	before := *s.state
	*s.state = stepState{Result: raw}
	r.seq++
	if _, err := r.stands(); err != nil {
		*s.state = before
		r.tellSaver() // of what else the number stands for
		return 0, err
	}
	r.counted()
	r.tellSaver()
	return r.seq, nil
}

// stand is where the job stands once the step is done; Commit asks.
func (s *stepping) stand() (store.Standing, error) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	before := *s.state
	*s.state = stepState{Result: s.raw}
	st, err := r.standing(nil)
	*s.state = before
	if err != nil {
		return st, fmt.Errorf("%s: %w", s, err)
	}
	return st, nil
}

// settled is told how the step's transaction ended.
func (s *stepping) settled(err error) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled(s.path(), err) {
		*s.state = stepState{Result: s.raw}
		r.counted()
	}
}
