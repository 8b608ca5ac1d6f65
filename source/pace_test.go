package source_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/source"
)

func TestAPacedSourceYieldsNoMoreThanNItemsInAnySpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		for _, err := range source.Pace(source.Slice(upTo(20)), 3, time.Second).After(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Now())
			<-time.After(time.Duration(len(at)*37%400) * time.Millisecond) // items take differently long
		}
		for i := 3; i < len(at); i++ {
			if d := at[i].Sub(at[i-3]); d < time.Second {
				t.Errorf("items %d to %d in %v", i-3, i, d)
			}
		}
		if len(at) != 20 || at[19].Sub(at[0]) > 8*time.Second {
			t.Errorf("%d items in %v", len(at), at[19].Sub(at[0]))
		}
	})
}

func TestItemsSlowerThanThePaceDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		for range source.Pace(source.Slice(upTo(10)), 1, time.Second).After(t.Context(), 0) {
			<-time.After(2 * time.Second)
		}
		if d := time.Since(began); d != 20*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestAPacedSourceIsResumedAndKeepsTotalAndOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resumes(t, func() source.Of[int, int] {
			return source.Pace(source.Slice(upTo(6)), 2, time.Minute)
		}, 6)
		src := source.Pace(source.Slice(upTo(6)), 2, time.Minute)
		if n, _ := src.Total(t.Context()); n != 6 || src.Compare == nil {
			t.Errorf("total %d", n)
		}
	})
}

func TestWaitingForThePaceEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		seen, _, err := take(ctx, source.Pace(source.Slice(upTo(6)), 1, time.Hour), "", -1)
		if len(seen) != 1 || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v, error %v behind %v", seen, err, time.Since(began))
		}
	})
}

func TestAPaceOfNothingIsRefused(t *testing.T) {
	fails(t, source.Pace(source.Slice(upTo(6)), 0, time.Hour), "", "Pace: 0 items")
	fails(t, source.Pace(source.Slice(upTo(6)), 1, 0), "", "Pace: 1 items in 0s")
}
