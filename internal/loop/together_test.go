package loop

import (
	"context"
	"testing"
	"testing/synctest"
)

func TestWhatIsDoneForSeveralEndsWithTheLastOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, endFirst := context.WithCancel(t.Context())
		second, endSecond := context.WithCancel(t.Context())
		defer endSecond()
		both, end := Together(first, second)
		defer end()
		endFirst()
		synctest.Wait()
		if both.Err() != nil {
			t.Error("it ended with the first of them")
		}
		endSecond()
		synctest.Wait()
		if both.Err() == nil {
			t.Error("it did not end with the last of them")
		}
	})
}

func TestWhatIsDoneForSomebodyWhoNeverEndsDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, endFirst := context.WithCancel(t.Context())
		both, end := Together(first, context.Background())
		endFirst()
		synctest.Wait()
		if both.Err() != nil {
			t.Error("it ended")
		}
		if end(); both.Err() == nil {
			t.Error("it did not end when it was told")
		}
	})
}
