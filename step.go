package tasuki

import (
	"context"

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
// store's limit, 1 MiB by default. A result that cannot be kept (too large, no JSON,
// text that is not UTF-8) makes the job dead at once: every attempt would run the step
// again.
//
// An error of do fails the attempt, and the steps before it stay done; Then, returned by
// do and passed on, ends the whole job. While the worker stops no step begins: the job is
// handed over.
//
// A name is 1 to 255 bytes of UTF-8 without control characters.
func Step[T any](ctx context.Context, name string, do func(context.Context) (T, error), opts ...StepOption) (T, error) {
	s, v, err := openStep[T](ctx, name, do != nil, opts)
	if s == nil {
		return v, err
	}
	ctx, in := s.at.enter(ctx, name, s)
	s.begin(in, &store.Point{Stand: s.noCommit})
	defer s.leave()
	whole := false
	defer s.run.unlessWhole(&whole, in.path, s.String)
	v, err = do(ctx)
	whole = true
	if err == nil {
		err = in.wasRefused()
	}
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
	s, v, err := openStep[T](ctx, name, commit != nil && do != nil, opts)
	if s == nil {
		return v, err
	}
	ctx, in := s.at.enter(ctx, name, s)
	s.begin(in, &store.Point{Stand: s.stand, Settled: s.settled})
	defer s.leave()
	whole := false
	defer s.run.unlessWhole(&whole, in.path, s.String)
	err = commit(ctx, func(tx Tx) (err error) {
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
// results count as its own, and its own is kept under those names too, for workers of
// those versions that still run. No other step of the same run may have such a name.
func Formerly(names ...string) StepOption {
	return func(s *stepSettings) { s.formerly = append(s.formerly, names...) }
}
