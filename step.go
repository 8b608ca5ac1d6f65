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
	in.held.Take(s.noCommit)
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
	in.held.Take(s.point)
	defer in.held.Take(nil)
	whole := false
	defer s.run.unlessWhole(&whole, s.String)
	err = commit(ctx, func(tx Tx) (err error) {
		if v, err = do(ctx, tx); err != nil {
			return err
		}
		s.raw, err = s.encode(v)
		return err
	})
	whole = true
	s.committed(in.held)
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

	raw json.RawMessage // the result, to be committed
	seq uint64          // of the Commit that was tried; 0: none
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
func (s *stepping) noCommit() (json.RawMessage, uint64, error) {
	return nil, 0, fmt.Errorf("%s: Commit inside Step: %w (hint: use StepTx)", s, store.ErrNoItem)
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
	r := s.run
	r.mu.Lock()
	before := *s.state
	*s.state = stepState{Result: raw}
	r.touch()
	if _, err = r.stands(); err != nil {
		*s.state = before
	}
	r.counted()
	seq := r.seq
	r.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	if err := r.flush(ctx, seq); err != nil {
		return fmt.Errorf("%s: save its result: %w", s, err)
	}
	return nil
}

// point is where the job stands once the step is done; Commit asks.
func (s *stepping) point() (json.RawMessage, uint64, error) {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	before := *s.state
	*s.state = stepState{Result: s.raw}
	raw, seq, err := r.reserve()
	*s.state = before
	s.seq = seq
	if err != nil {
		err = fmt.Errorf("%s: %w", s, err)
	}
	return raw, seq, err
}

// committed notes what became of the step's transaction.
func (s *stepping) committed(h *store.Held) {
	if s.seq == 0 {
		return
	}
	if h.Committed() {
		s.run.mu.Lock()
		*s.state = stepState{Result: s.raw}
		s.run.counted()
		s.run.mu.Unlock()
	}
	s.run.settled(s.seq, h)
}
