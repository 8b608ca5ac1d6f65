package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

// A generous store says of every deletion that it was one more.
type generous struct{ *memory.Store }

func (g generous) Move(ctx context.Context, req store.MoveRequest) (int, error) {
	n, err := g.Store.Move(ctx, req)
	if req.To == store.Deleted && n > 0 && !slices.Equal(req.IDs, []string{"first"}) {
		n++
	}
	return n, err
}

func memoryHarness(wrap func(*memory.Store) store.Store) Harness {
	return Harness{New: func(*testing.T) Subject {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s := memory.New(memory.Options{Clock: func() time.Time { return now }})
		return Subject{Store: wrap(s), Advance: func(d time.Duration) { now = now.Add(d) }}
	}}
}

func TestRandomStepsThatFailAreMadeFew(t *testing.T) {
	h := memoryHarness(func(s *memory.Store) store.Store { return generous{s} })
	for seed := range uint64(20) {
		steps := draw(seed)
		if _, err := play(t, h, steps); err == nil {
			continue // nothing was deleted
		}
		few := shrink(t, h, steps)
		if log, err := play(t, h, few); err == nil || len(few) > 6 {
			t.Errorf("seed %d: %d steps are left of %d, which end with %v:\n%q", seed, len(few), len(steps), err, log)
		}
		return
	}
	t.Error("20 seeds found no difference")
}

func TestRandomStepsOfOneSeedAreTheSame(t *testing.T) {
	h := memoryHarness(func(s *memory.Store) store.Store { return s })
	first, err := play(t, h, draw(7))
	if err != nil {
		t.Fatal(err)
	}
	second, err := play(t, h, draw(7))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, second) {
		t.Errorf("they were\n%q\nand then\n%q", first, second)
	}
}

func TestValueIsWhatAStoreMustKeep(t *testing.T) {
	for _, same := range [][2]string{
		{`{"a":1,"b":[2]}`, " { \"a\" : 1,\n\"b\":[ 2 ] }"}, {`"é/"`, `"\u00e9\/"`}, {`1.50`, `1.5`}, {`1e2`, `100.0`}, {``, `null`}, {`{"a":1,"b":3,"a":2}`, `{"a":2,"b":3}`},
	} {
		if value(raw(same[0])) != value(raw(same[1])) {
			t.Errorf("%s and %s are one value", same[0], same[1])
		}
	}
	for _, other := range [][2]string{
		{`12345678901234567890`, `12345678901234567000`}, {`1`, `"1"`}, {`{"a":1,"b":2}`, `{"b":2,"a":1}`}, {`[]`, `{}`},
		{`null`, `"null"`}, {`[1,2]`, `[2,1]`}, {`[[1],2]`, `[[1,2]]`}, {`1.5`, `1.25`}, {`"a"`, `"A"`}, {`{"a":1,"a":2}`, `{"a":1}`},
		{`["a","b"]`, `["a b"]`}, {`true`, `"true"`}, {`12`, `12.5`},
	} {
		if value(raw(other[0])) == value(raw(other[1])) {
			t.Errorf("%s and %s are not one value", other[0], other[1])
		}
	}
}
