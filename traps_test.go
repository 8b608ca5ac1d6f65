package tasuki

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoStartWaitsForWhatAnswersLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, looked := time.Now(), false
		end := lookAround(func(ctx context.Context) { <-ctx.Done(); looked = true })
		if d := time.Since(began); d != lookWait {
			t.Errorf("the start waited for %v", d)
		}
		<-time.After(2 * lookFor)
		end()
		if d := time.Since(began); d != lookWait+2*lookFor || !looked {
			t.Errorf("it ended after %v, looked: %v", d, looked)
		}
	})
}

func TestALookEndsWithItsProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		lookAround(func(ctx context.Context) { <-ctx.Done() })()
		if d := time.Since(began); d != lookWait {
			t.Errorf("it ended after %v", d)
		}
	})
}
