package storetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// seedVar is the environment variable that has the random test run one seed
// alone, as its failure said it.
const seedVar = "TASUKI_STORETEST_SEED"

// runsVar is the environment variable that says how many seeds are tried.
const runsVar = "TASUKI_STORETEST_RUNS"

const (
	randomRuns  = 8   // how many seeds are tried if nothing is said
	randomSteps = 90  // of how many steps
	maxShrinks  = 200 // runs to make a failing one shorter
)

// A step is one random step: all it does is drawn from its own seed and from
// the state that it meets, so that steps can be left out and the rest still
// means something.
type step struct {
	do   *action
	seed uint64
}

// testRandom makes the same random steps on a store and on the reference store
// and compares every answer, and after every step all that the two show. The
// first seed that fails is the last one tried: its steps are made few, which
// takes long enough.
func testRandom(t *testing.T, h Harness) {
	for _, seed := range seeds(t) {
		if t.Failed() {
			return
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			steps := draw(seed)
			if _, err := play(t, h, steps); err != nil {
				steps = shrink(t, h, steps)
				log, err := play(t, h, steps)
				t.Fatalf("%s=%d, made as short as it gets:\n%s\n%v", seedVar, seed, strings.Join(log, "\n"), err)
			}
		})
	}
}

// seeds are new ones in every run, so that many runs see more than one.
func seeds(t *testing.T) []uint64 {
	if seed, ok := number64(t, seedVar); ok {
		return []uint64{seed}
	}
	runs, ok := number64(t, runsVar)
	if !ok {
		runs = randomRuns
	}
	all := make([]uint64, runs)
	for i := range all {
		all[i] = rand.Uint64()
	}
	return all
}

// number64 is the number that an environment variable holds, if it is set.
func number64(t *testing.T, name string) (uint64, bool) {
	v := os.Getenv(name)
	if v == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s: %v", name, v, err)
	}
	return n, true
}

// draw makes the steps of a seed.
func draw(seed uint64) []step {
	rng := rand.New(rand.NewPCG(seed, 0))
	var urn []*action
	for i := range actions {
		for range actions[i].weight {
			urn = append(urn, &actions[i])
		}
	}
	steps := make([]step, randomSteps)
	for i := range steps {
		steps[i] = step{urn[rng.IntN(len(urn))], rng.Uint64()}
	}
	return steps
}

// play makes the steps on a new store and a new reference store. It answers
// what it did, and the first difference.
func play(t *testing.T, h Harness, steps []step) (log []string, err error) {
	tw, err := newTwins(t, h.New(t))
	if err != nil {
		return nil, err
	}
	for _, st := range steps {
		err = tw.step(st)
		if err != nil {
			return tw.log, fmt.Errorf("%s: %w", st.do.name, err)
		}
	}
	return tw.log, nil
}

// shrink leaves out steps, by halves down to single ones, as long as the rest
// fails still.
func shrink(t *testing.T, h Harness, steps []step) []step {
	tries := 0
	for size := len(steps) / 2; size > 0; {
		before := len(steps)
		for at := 0; at+size <= len(steps) && tries < maxShrinks; {
			tries++
			rest := slices.Concat(steps[:at], steps[at+size:])
			if _, err := play(t, h, rest); err != nil {
				steps = rest
			} else {
				at += size
			}
		}
		if size > 1 || len(steps) == before {
			size /= 2
		}
	}
	return steps
}
